# escape=`
FROM a `
  AS b
COPY --from=c [ "d", "e" ]
SHELL ["cmd"]
