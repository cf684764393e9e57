// What stands below the last alert of a run: incidents, how many alerts there were, of what, about whom, and
// where to look first when no incident says that.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "playground/cli/run_counts.hpp"
#include "playground/cli/terminal.hpp"

namespace shrike::cli {

class RunSummary {
 public:
  void add(const Alert& alert);

  /// Several lines. Says plainly when there was no alert, and when nothing was read.
  std::string text(const RunCounts& counts, const std::string& incidents, const Style& style,
                   unsigned columns) const;

 private:
  struct Standing {
    Severity severity = Severity::kInfo;
    std::uint64_t count = 0;
  };
  /// An alert to look at first.
  struct Pick {
    std::string id, rule, whom, at;
    Severity severity = Severity::kInfo;
    int score = 0;
    std::int64_t time = 0;
  };

  void add_pick(const Alert& alert, std::string whom);
  std::string people_text(const Style& style) const;
  std::string picks_text(const Style& style, unsigned columns) const;

  std::map<std::string, Standing> people_;  ///< users or mailboxes
  std::map<std::string, Severity> rules_;   ///< the worst alert of each
  std::vector<Pick> picks_;                 ///< the worst first
};

}  // namespace shrike::cli
