# cmake -DFROM=file -DTO=file.c -DNAME=name -P embed.cmake: a file's bytes as a C array `name`, and how many, `name`_bytes.
file(READ "${FROM}" bytes HEX)
string(LENGTH "${bytes}" n)
math(EXPR n "${n} / 2")
string(REGEX REPLACE "(................................)" "\\1\n" bytes "${bytes}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
file(WRITE "${TO}" "#include <stddef.h>\nextern const char ${NAME}[];\nextern const size_t ${NAME}_bytes;\n"
     "const size_t ${NAME}_bytes = ${n};\nconst char ${NAME}[] = {\n${bytes}0\n};\n")
