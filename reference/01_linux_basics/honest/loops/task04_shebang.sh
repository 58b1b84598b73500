#!/bin/bash
cd ~/tools
sed -i 's/\r$//' -- *.sh
for file in *.sh; do
    read -r first < "./$file"
    [[ $first == '#!'* ]] || sed -i '1s|^|#!/bin/bash\n|' "./$file"
done
chmod u+x -- *.sh
