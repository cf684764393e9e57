// The standard library with its rules, as the benchmarks run it.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "shrike/compile.hpp"

namespace shrike::bench {

/// All rules, or those that are named. Ends the program where it does not compile.
inline Program compiled_library(const CompileOptions& options = {}) {
  SourceFiles files;
  add_standard_library(files, true);
  auto compiled = compile(files, options);
  if (compiled) return std::move(compiled->program);
  std::fprintf(stderr, "the standard library does not compile\n");
  std::exit(1);
}

}  // namespace shrike::bench
