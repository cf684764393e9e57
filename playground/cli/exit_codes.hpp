// What the program's exit codes mean. Those of `run` are fixed; the other commands use the same numbers.
#pragma once

namespace shrike::cli {

enum Exit : int {
  kDone = 0,
  kFound = 1,  ///< run: an alert at or above --fail-on; test: a test failed; fmt --check: a file would change
  kUsage = 2,  ///< wrong usage, or rules that do not compile
  kUnread = 3,  ///< some input could not be read, or records were rejected; everything else was still done
  kIncomplete = 4,    ///< judging a record needed more than is allowed
  kFailed = 5,        ///< output or internal error
  kBrokenPipe = 141,  ///< who read the output went away; what a shell says of a program that ended so
};

}  // namespace shrike::cli
