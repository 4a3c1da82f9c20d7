# What 'cmake --install' lays down: the command, the shared library, its headers, and the files by
# which pkg-config and CMake find it. Both are relocatable: they state no absolute path.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/liplaw)

install(TARGETS liplaw_command RUNTIME)
install(TARGETS liplaw EXPORT liplaw-targets LIBRARY INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY include/liplaw DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN *.h)

install(EXPORT liplaw-targets NAMESPACE liplaw:: DESTINATION ${package_dir})
configure_package_config_file(cmake/liplaw-config.cmake.in liplaw-config.cmake
                              INSTALL_DESTINATION ${package_dir}
                              NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file(liplaw-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/liplaw-config.cmake
              ${PROJECT_BINARY_DIR}/liplaw-config-version.cmake
        DESTINATION ${package_dir})

# From the folder of liplaw.pc back to the prefix; an absolute libdir stands as it is.
if(IS_ABSOLUTE ${CMAKE_INSTALL_LIBDIR})
  set(pc_prefix ${CMAKE_INSTALL_PREFIX})
  set(pc_libdir ${CMAKE_INSTALL_LIBDIR})
else()
  file(RELATIVE_PATH up /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
  string(REGEX REPLACE "/$" "" up ${up})
  set(pc_prefix "\${pcfiledir}/${up}")
  set(pc_libdir "\${prefix}/${CMAKE_INSTALL_LIBDIR}")
endif()
if(IS_ABSOLUTE ${CMAKE_INSTALL_INCLUDEDIR})
  set(pc_includedir ${CMAKE_INSTALL_INCLUDEDIR})
else()
  set(pc_includedir "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
endif()
configure_file(cmake/liplaw.pc.in liplaw.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/liplaw.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
