# Puts the texts of plans/ and the page's style sheet into the library: one C array of bytes each (a
# string literal that long is no portable C). The plan "all" is the experiments' plans joined, so
# every plan is blocks only.
set(experiments exp1 exp2)
set(scales quick half paper)
set(texts_c ${CMAKE_CURRENT_BINARY_DIR}/report_texts.c)

function(liplaw_read_bytes file variable)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "(..)" "(char)0x\\1," bytes "${hex}")
  set(${variable} "${bytes}" PARENT_SCOPE)
endfunction()

set(arrays "")
set(rows "")
foreach(scale ${scales})
  set(all "")
  foreach(name ${experiments} all)
    if(name STREQUAL "all")
      set(bytes ${all})
    else()
      liplaw_read_bytes(${PROJECT_SOURCE_DIR}/plans/${name}-${scale}.plan bytes)
      string(APPEND all ${bytes} "'\\n',")
    endif()
    string(APPEND arrays "static const char ${name}_${scale}[] = {${bytes}0};\n")
    string(APPEND rows "    {\"${name}\", \"${scale}\", ${name}_${scale}},\n")
  endforeach()
endforeach()
liplaw_read_bytes(${CMAKE_CURRENT_SOURCE_DIR}/report/page.css bytes)
file(CONFIGURE OUTPUT ${texts_c} @ONLY CONTENT "/* Made by cmake/Embed.cmake. */
#include \"report/texts.h\"

${arrays}
const experiment_plan experiment_plans[] = {
${rows}    {NULL, NULL, NULL},
};

const char page_style[] = {${bytes}0};
")
