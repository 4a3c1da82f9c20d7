# Puts the texts of plans/ into the library: one C array of bytes each (a string literal that long is
# no portable C). "all" is the experiments' plans joined, so that every plan is blocks only.
set(experiments exp1 exp2)
set(scales quick half paper)
set(plans_c ${CMAKE_CURRENT_BINARY_DIR}/experiment_plans.c)

set(arrays "")
set(rows "")
foreach(scale ${scales})
  set(all "")
  foreach(name ${experiments} all)
    if(name STREQUAL "all")
      set(hex ${all})
    else()
      set(file ${PROJECT_SOURCE_DIR}/plans/${name}-${scale}.plan)
      set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
      file(READ ${file} hex HEX)
      string(APPEND all ${hex} "0a")
    endif()
    string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
    string(APPEND arrays "static const char ${name}_${scale}[] = {${bytes}0};\n")
    string(APPEND rows "    {\"${name}\", \"${scale}\", ${name}_${scale}},\n")
  endforeach()
endforeach()
set(text "/* Made by cmake/Plans.cmake from plans/. */
#include \"report/plans.h\"

${arrays}
const experiment_plan experiment_plans[] = {
${rows}    {NULL, NULL, NULL},
};
")
file(CONFIGURE OUTPUT ${plans_c} CONTENT "${text}" @ONLY)
