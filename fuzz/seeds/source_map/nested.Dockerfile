FROM a
RUN set -e; \
  # why
  sudo -u app sh -c "pip install $X" && { a | b; } \
  > /dev/null
RUN <<-E bash
	cd /x
	E
RUN ["sh", "-c", "id"]
