# escape=`
FROM a
RUN b  && `
  c
ENV x=1  `
 # y
  z=2
