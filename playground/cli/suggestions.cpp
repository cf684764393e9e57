#include "playground/cli/suggestions.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <limits>
#include <system_error>

#include "dsl/nearest.hpp"

namespace shrike::cli {
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMostNames = 3;
constexpr std::size_t kMostEntries = 10'000;  ///< of a folder that are looked at

}  // namespace

std::vector<std::string_view> nearest_names(std::string_view word,
                                            std::span<const std::string_view> candidates) {
  const std::size_t limit = std::max<std::size_t>(2, word.size() / 3);
  std::vector<std::pair<std::size_t, std::string_view>> found;
  for (const std::string_view candidate : candidates) {
    std::size_t distance = edit_distance(word, candidate, limit);
    // Part of a name is a good guess too, though not as good as a slip of the keyboard.
    const bool is_part = word.size() >= 3 && candidate.find(word) != std::string_view::npos;
    if (is_part) distance = std::min(distance, limit);
    if (distance <= limit && candidate != word) found.emplace_back(distance, candidate);
  }
  std::sort(found.begin(), found.end());
  std::vector<std::string_view> names;
  for (const auto& [distance, name] : found) {
    if (names.size() < kMostNames) names.push_back(name);
  }
  return names;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates) {
  const auto names = nearest_names(word, candidates);
  if (names.empty()) return {};
  std::string text = "; did you mean ";
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " or " : ", ";
    text += fmt::format("`{}`", names[i]);
  }
  return text + "?";
}

std::optional<std::string> missing_path(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) == 0) return std::nullopt;
  const int number = errno;
  if (number != ENOENT) {
    return fmt::format("cannot open '{}': {}", path, std::generic_category().message(number));
  }
  const fs::path wanted(path);
  const fs::path folder = wanted.has_parent_path() ? wanted.parent_path() : fs::path(".");
  std::vector<std::string> entries;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end && entries.size() < kMostEntries;
       at.increment(error)) {
    const std::string name = at->path().filename().string();
    entries.push_back(wanted.has_parent_path() ? (wanted.parent_path() / name).string() : name);
  }
  std::sort(entries.begin(), entries.end());
  const std::vector<std::string_view> candidates(entries.begin(), entries.end());
  return fmt::format("there is no '{}'{}", path, did_you_mean(path, candidates));
}

std::optional<std::string> wrong_choice(std::string_view option, std::string_view value,
                                        std::span<const std::string_view> choices) {
  if (std::find(choices.begin(), choices.end(), value) != choices.end()) return std::nullopt;
  return fmt::format("{} takes {}, not `{}`{}", option, fmt::join(choices, ", "), value,
                     did_you_mean(value, choices));
}

std::optional<std::size_t> parse_size(std::string_view text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  std::string unit(text.substr(static_cast<std::size_t>(end - text.data())));
  std::transform(unit.begin(), unit.end(), unit.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  unsigned shift = 0;
  if (!unit.empty() && unit != "b") {
    constexpr std::string_view kUnits = "kmgt";
    const std::size_t at = kUnits.find(unit.front());
    const std::string_view rest = std::string_view(unit).substr(1);
    if (at == std::string_view::npos || (rest != "" && rest != "b" && rest != "ib")) return std::nullopt;
    shift = static_cast<unsigned>(10 * (at + 1));
  }
  if (number > std::numeric_limits<std::size_t>::max() >> shift) return std::nullopt;
  return number << shift;
}

}  // namespace shrike::cli
