#!/bin/bash
find ~/tools -maxdepth 1 -name '*.sh' -type f -print0 | while IFS= read -r -d '' file; do
    awk 'NR == 1 && !/^#!/ { print "#!/bin/bash" } { sub(/\r$/, ""); print }' "$file" > ~/new.tmp
    cat ~/new.tmp > "$file" # keeps the file's rights
    chmod u+x "$file"
done
rm ~/new.tmp
