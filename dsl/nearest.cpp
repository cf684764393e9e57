// See nearest.hpp.
#include "dsl/nearest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace shrike {
namespace {

char small(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

struct Meant {
  std::string_view written;
  std::string_view meant;
};

constexpr std::array kClauses{
    Meant{"condition", "when"},
    Meant{"if", "when"},
    Meant{"level", "severity"},
    Meant{"priority", "severity"},
    Meant{"message", "say"},
    Meant{"summary", "say"},
    Meant{"filter", "on"},
    Meant{"detection", "on"},
    Meant{"match", "on"},
    Meant{"from", "on"},
    Meant{"group_by", "each"},
    Meant{"groupby", "each"},
    Meant{"by", "each"},
    Meant{"key", "each"},
    Meant{"mitre", "attack"},
    Meant{"technique", "attack"},
    Meant{"techniques", "attack"},
    Meant{"references", "refs"},
    Meant{"reference", "refs"},
    Meant{"falsepositives", "known_false"},
    Meant{"false_positives", "known_false"},
    Meant{"fields", "show"},
    Meant{"suppress", "quiet"},
    Meant{"throttle", "quiet"},
    Meant{"action", "respond"},
    Meant{"var", "let"},
    Meant{"const", "let"},
    Meant{"weight", "score"},
    Meant{"risk", "score"},
};

constexpr std::array kOperators{
    Meant{"startswith", "starts"},
    Meant{"starts_with", "starts"},
    Meant{"beginswith", "starts"},
    Meant{"begins_with", "starts"},
    Meant{"hasprefix", "starts"},
    Meant{"endswith", "ends"},
    Meant{"ends_with", "ends"},
    Meant{"hassuffix", "ends"},
    Meant{"icontains", "contains"},
    Meant{"includes", "contains"},
    Meant{"contain", "contains"},
    Meant{"regex", "matches"},
    Meant{"regexp", "matches"},
    Meant{"rlike", "matches"},
    Meant{"match", "matches"},
    Meant{"ilike", "like"},
    Meant{"wildcard", "like"},
    Meant{"equals", "=="},
    Meant{"eq", "=="},
    Meant{"is", "=="},
    Meant{"ne", "!="},
    Meant{"neq", "!="},
    Meant{"lt", "<"},
    Meant{"le", "<="},
    Meant{"lte", "<="},
    Meant{"gt", ">"},
    Meant{"ge", ">="},
    Meant{"gte", ">="},
};

template <std::size_t N>
std::string_view look_up(const std::array<Meant, N>& table, std::string_view written) {
  std::string folded(written);
  std::transform(folded.begin(), folded.end(), folded.begin(), small);
  for (const Meant& row : table) {
    if (row.written == folded) return row.meant;
  }
  return {};
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit) {
  constexpr std::size_t kLongest = 64;
  if (a.size() > kLongest || b.size() > kLongest) return limit + 1;
  if (std::max(a.size(), b.size()) - std::min(a.size(), b.size()) > limit) return limit + 1;
  std::array<std::array<std::size_t, kLongest + 1>, 3> rows{};
  for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto& row = rows[i % 3];
    const auto& above = rows[(i - 1) % 3];
    const auto& second = rows[(i + 1) % 3];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool equal = small(a[i - 1]) == small(b[j - 1]);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (equal ? 0 : 1)});
      if (i > 1 && j > 1 && small(a[i - 1]) == small(b[j - 2]) && small(a[i - 2]) == small(b[j - 1])) {
        row[j] = std::min(row[j], second[j - 2] + 1);
      }
    }
  }
  return rows[a.size() % 3][b.size()];
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
  std::string_view best;
  std::size_t best_distance = word.size() <= 3   ? 2
                              : word.size() <= 6 ? 3
                                                 : 4;  // One more than what may be meant.
  for (std::string_view candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate, best_distance);
    if (distance < best_distance && distance < candidate.size()) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

namespace {

bool suggest_one_of(Diagnostic& diagnostic, std::string_view written,
                    std::span<const std::string_view> candidates) {
  const std::string_view best = nearest(written, candidates);
  if (best.empty() || best == written) return false;
  diagnostic.help = fmt::format("did you mean `{}`?", best);
  diagnostic.repair = Diagnostic::Repair{diagnostic.where, std::string(best)};
  return true;
}

}  // namespace

bool suggest(Diagnostic& diagnostic, std::string_view written, std::initializer_list<Word> words) {
  std::vector<std::string_view> candidates;
  for (Word word : words) candidates.push_back(text_of(word));
  return suggest_one_of(diagnostic, written, candidates);
}

bool suggest_quoted(Diagnostic& diagnostic, std::string_view written, std::string_view text) {
  std::vector<std::string_view> candidates;
  for (std::size_t open = text.find('`'); open != std::string_view::npos; open = text.find('`', open)) {
    const std::size_t close = text.find('`', open + 1);
    if (close == std::string_view::npos) break;
    candidates.push_back(text.substr(open + 1, close - open - 1));
    open = close + 1;
  }
  return suggest_one_of(diagnostic, written, candidates);
}

void suggest_familiar_clause(Diagnostic& diagnostic, std::string_view written) {
  if (written == "description" || written == "title" || written == "name") {
    diagnostic.help = "a rule is described by `///` lines before it, and by its title";
  } else if (written == "where") {
    diagnostic.help = "`where` follows the classes of `on`";
  } else if (const std::string_view meant = look_up(kClauses, written); !meant.empty()) {
    diagnostic.help = fmt::format("what you mean is probably `{}`", meant);
  }
}

std::string_view meant_operator(std::string_view written) { return look_up(kOperators, written); }

}  // namespace shrike
