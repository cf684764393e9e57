# What Shrike is built from. All of it is packaged in Debian 12; `./dev install-dependencies` installs it.
# SHRIKE_PUBLIC_DEPENDENCIES appear in public headers, SHRIKE_RUNTIME_DEPENDENCIES only inside.
# Whoever links an installed Shrike finds the same packages through cmake/ShrikeConfig.cmake.in.

find_package(PkgConfig REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(tl-expected REQUIRED)
find_package(simdjson REQUIRED)
find_package(ZLIB REQUIRED)
find_package(ICU REQUIRED COMPONENTS uc)
find_package(date REQUIRED)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(PSL REQUIRED IMPORTED_TARGET libpsl)
pkg_check_modules(MD REQUIRED IMPORTED_TARGET libmd)
pkg_check_modules(MAXMINDDB REQUIRED IMPORTED_TARGET libmaxminddb)

set(SHRIKE_PUBLIC_DEPENDENCIES nlohmann_json::nlohmann_json tl::expected)
set(SHRIKE_RUNTIME_DEPENDENCIES
    fmt::fmt simdjson::simdjson ZLIB::ZLIB ICU::uc date::date-tz PkgConfig::RE2 PkgConfig::ZSTD PkgConfig::PSL
    PkgConfig::MD PkgConfig::MAXMINDDB)

if(SHRIKE_BUILD_DSL)
  find_package(pegtl REQUIRED)
  find_package(CLI11 REQUIRED)
endif()
if(SHRIKE_BUILD_TESTS)
  find_package(doctest REQUIRED)
endif()
if(SHRIKE_BENCH)
  find_package(benchmark REQUIRED)
endif()
