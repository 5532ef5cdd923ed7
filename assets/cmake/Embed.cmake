# serenity_embed(TARGET TABLE FILES...): the files' bytes as `const struct asset TABLE[]` (shared/base/asset.h), named
# by file name, made at build time. So the programs run from anywhere, with nothing installed beside them.

set(SERENITY_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

function(serenity_embed target table)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${table}.c)
  string(REPLACE ";" "|" files "${ARGN}")
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -D "FILES=${files}" -D TABLE=${table} -D OUTPUT=${output} -P ${SERENITY_EMBED_SCRIPT}
    DEPENDS ${ARGN} ${SERENITY_EMBED_SCRIPT} VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()

# As a script: writes OUTPUT.
if(CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
  string(REPLACE "|" ";" files "${FILES}")
  set(arrays "")
  set(rows "")
  set(n 0)
  foreach(file ${files})
    get_filename_component(name ${file} NAME)
    file(READ ${file} hex HEX)
    string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
    string(APPEND arrays "static const unsigned char asset_${n}[] = {\n${bytes}0x00\n};\n")
    string(APPEND rows "    { \"${name}\", (const char *)asset_${n}, sizeof asset_${n} - 1 },\n")
    math(EXPR n "${n} + 1")
  endforeach()
  file(WRITE ${OUTPUT} "#include \"shared/base/asset.h\"\n\nextern const struct asset ${TABLE}[];\n\n${arrays}\n"
    "const struct asset ${TABLE}[] = {\n${rows}    { 0 },\n};\n")
endif()
