# dflint: ignore=latest-tag
﻿# dflint: x
FROM a:1
