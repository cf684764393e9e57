# How our own targets are compiled: language level, warnings, sanitizers, ccache.
# shrike_target(NAME) is for every target of ours, shrike_library(NAME FOLDER HEADERS) adds what a library needs.
# Packages of others are not touched: they come in as system headers.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_VERIFY_INTERFACE_HEADER_SETS ON)  # The target all_verify_interface_header_sets: public headers alone.

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Kind of build" FORCE)
endif()

find_program(SHRIKE_CCACHE ccache)
if(SHRIKE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${SHRIKE_CCACHE}")
endif()

set(SHRIKE_WARNINGS
    -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wold-style-cast -Wnon-virtual-dtor
    -Woverloaded-virtual -Wcast-align -Wcast-qual -Wunused -Wformat=2 -Wimplicit-fallthrough -Wextra-semi
    -Wdouble-promotion)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # gcc 12 reports -Wrestrict for ordinary std::string concatenation (gcc bug 105651).
  list(APPEND SHRIKE_WARNINGS -Wduplicated-cond -Wlogical-op -Wno-restrict)
endif()
if(SHRIKE_WERROR)
  list(APPEND SHRIKE_WARNINGS -Werror)
endif()

set(sanitizers ${SHRIKE_SANITIZE})
if(SHRIKE_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "SHRIKE_FUZZ needs clang: configure with -DCMAKE_CXX_COMPILER=clang++-19")
  endif()
  list(APPEND sanitizers fuzzer-no-link address undefined)
  list(REMOVE_DUPLICATES sanitizers)
endif()
if(sanitizers)
  list(JOIN sanitizers "," sanitizers)
  add_compile_options(-fsanitize=${sanitizers} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${sanitizers})
endif()

# Warnings, and internal headers as "runtime/vm.hpp".
function(shrike_target name)
  target_compile_options(${name} PRIVATE ${SHRIKE_WARNINGS})
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}")
endfunction()

# A library of ours: shrike_x is known as shrike::x here and to those who install it.
function(shrike_library name folder headers)
  shrike_target(${name})
  string(REPLACE "shrike_" "" short "${name}")
  add_library(shrike::${short} ALIAS ${name})
  set_target_properties(${name} PROPERTIES EXPORT_NAME ${short})
  target_compile_features(${name} PUBLIC cxx_std_20)
  target_include_directories(
    ${name} PUBLIC "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/${folder}/include>"
                   "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
  if(headers)
    target_sources(
      ${name} PUBLIC FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}/${folder}/include" FILES ${headers})
  endif()
endfunction()
