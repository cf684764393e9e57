# What `cmake --install` puts where: libraries, public headers, the program, the rules, and a package that
# others find with find_package(Shrike). It gives them shrike::runtime, shrike::dsl and shrike::stdlib.
# tests/embed/ is such a project.
include(CMakePackageConfigHelpers)

set(package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/Shrike")
foreach(library shrike_runtime shrike_dsl shrike_stdlib)
  if(TARGET ${library})
    install(TARGETS ${library} EXPORT ShrikeTargets ARCHIVE FILE_SET HEADERS)
  endif()
endforeach()
if(TARGET shrike)
  install(TARGETS shrike RUNTIME)
  install(DIRECTORY stdlib-rules/ DESTINATION "${CMAKE_INSTALL_DATADIR}/shrike/stdlib-rules")
endif()

if(TARGET shrike_runtime)
  install(EXPORT ShrikeTargets NAMESPACE shrike:: DESTINATION "${package_folder}")
  configure_package_config_file(
    cmake/ShrikeConfig.cmake.in "${PROJECT_BINARY_DIR}/ShrikeConfig.cmake" INSTALL_DESTINATION "${package_folder}")
  write_basic_package_version_file(
    "${PROJECT_BINARY_DIR}/ShrikeConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
  install(FILES "${PROJECT_BINARY_DIR}/ShrikeConfig.cmake" "${PROJECT_BINARY_DIR}/ShrikeConfigVersion.cmake"
          DESTINATION "${package_folder}")
endif()
