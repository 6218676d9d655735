FROM a
RUN 3<<-"E" cat <<F | sh
	x
	E
${y:-z}
F
ONBUILD COPY <<G /x
G
