console.log("vendored")
