// syntax=example/hcl:1
target "app" {
  from = "alpine"
}
