#!/bin/bash
# Makes src/images/font.otf: the letters that drawn graphs need, since a server has no Chinese font (and often none at all).
# Run it when a test says that a word has a character which the font lacks; commit the result. Needs, from Debian:
# fonts-noto-cjk (SIL Open Font License 1.1, src/images/FONT-LICENSE.txt) and fonttools (pyftsubset).
set -euo pipefail
cd "$(dirname "$0")/.."

source=/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc
simplified=2 # the face of this collection with the forms of mainland China

# Every Chinese character of the page's and the report's words: a new graph mostly needs no new font.
text=$(mktemp)
trap 'rm -f "$text"' EXIT
LC_ALL=C.UTF-8 grep -rhoP '[^\x00-\x7F]' dashboards/web/i18n src --include='*.js' --include='*.ts' --include='*.yaml' | sort -u | tr -d '\n' >"$text"
# What the language's own formats of numbers, dates, durations and lists write.
printf '和或年月日天周星期一二三四五六小时分钟秒上下午早晚凌晨中万亿千百第季度至' >>"$text"

# Latin with accents, general punctuation, the euro; no hints and no layout tables: resvg draws outlines side by side.
pyftsubset "$source" --font-number="$simplified" --text-file="$text" \
  --unicodes=U+0020-007E,U+00A0-017F,U+2010-2026,U+2030,U+20AC,U+2190-2193,U+2212,U+3001,U+3002,U+FF08,U+FF09,U+FF0C,U+FF1A \
  --layout-features='' --no-hinting --desubroutinize --name-IDs=0,1,2,4,5,6,13,14 \
  --drop-tables+=vhea,vmtx,VORG,BASE --output-file=src/images/font.otf
ls -l src/images/font.otf
