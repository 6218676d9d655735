{
  "syntax": "example/json:1",
  "steps": []
}
