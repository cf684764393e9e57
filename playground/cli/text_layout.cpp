#include "playground/cli/text_layout.hpp"

#include <fmt/format.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <utility>

#include "runtime/utf8.hpp"

namespace shrike::cli {
namespace {

std::size_t width_of_point(std::uint32_t point) {
  if (point < 0x300) return 1;
  if (point >= 0x1160 && point <= 0x11FF)
    return 0;  // vowels and finals of Hangul join the consonant before them
  const auto character = static_cast<UChar32>(point);
  const int type = u_charType(character);
  if (type == U_NON_SPACING_MARK || type == U_ENCLOSING_MARK) return 0;
  const int east_asian = u_getIntPropertyValue(character, UCHAR_EAST_ASIAN_WIDTH);
  return east_asian == U_EA_WIDE || east_asian == U_EA_FULLWIDTH ? 2 : 1;
}

/// The longest beginning of a text that fits into `width` columns, in bytes.
std::size_t fitting(std::string_view text, std::size_t width) {
  const char* at = text.data();
  const char* const end = at + text.size();
  std::size_t used = 0;
  while (at != end) {
    const char* const begin = at;
    used += width_of_point(utf8::decode(at, end));
    if (used > width) return static_cast<std::size_t>(begin - text.data());
  }
  return text.size();
}

}  // namespace

std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) width += width_of_point(utf8::decode(at, end));
  return width;
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  width = std::max<std::size_t>(width, 2);
  std::vector<std::string> lines(1);
  std::size_t used = 0;
  while (!text.empty()) {
    const std::size_t blanks = std::min(text.find_first_not_of(' '), text.size());
    text.remove_prefix(blanks);
    std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size());
    const std::size_t word_width = width_of(word);
    if (used > 0 && used + blanks + word_width > width) {
      lines.emplace_back();
      used = 0;
    } else if (used > 0) {
      lines.back().append(blanks, ' ');
      used += blanks;
    }
    while (!word.empty()) {
      // A mark alone has no width; at least one byte must go, or nothing would.
      std::size_t bytes = std::max<std::size_t>(fitting(word, width - used), 1);
      if (bytes < word.size()) {  // paths and addresses are read more easily broken behind a slash
        const std::size_t slash = word.substr(0, bytes).rfind('/');
        if (slash != std::string_view::npos && slash >= bytes / 3) bytes = slash + 1;
      }
      lines.back() += word.substr(0, bytes);
      used += width_of(word.substr(0, bytes));
      word.remove_prefix(bytes);
      if (word.empty()) break;
      lines.emplace_back();
      used = 0;
    }
  }
  return lines;
}

std::string padded(std::string_view text, std::size_t width) {
  std::string out(text);
  const std::size_t used = width_of(text);
  if (used < width) out.append(width - used, ' ');
  return out;
}

std::string cut(std::string_view text, std::size_t width) {
  if (width_of(text) <= width) return std::string(text);
  return std::string(text.substr(0, fitting(text, width > 0 ? width - 1 : 0))) + "…";
}

std::string with_commas(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

std::string counted(std::uint64_t number, std::string_view noun) {
  return fmt::format("{} {}{}", with_commas(number), noun, number == 1 ? "" : "s");
}

std::string with_unit(std::uint64_t bytes) {
  if (bytes < 1000) return fmt::format("{} B", bytes);
  static constexpr std::array<std::string_view, 6> kUnits{"kB", "MB", "GB", "TB", "PB", "EB"};
  double amount = static_cast<double>(bytes) / 1000;
  std::size_t unit = 0;
  while (amount >= 999.95 && unit + 1 < kUnits.size()) {
    amount /= 1000;
    ++unit;
  }
  return fmt::format("{:.1f} {}", amount, kUnits[unit]);
}

std::string listed(const std::map<std::string, std::uint64_t>& counts) {
  std::vector<std::pair<std::string, std::uint64_t>> sorted(counts.begin(), counts.end());
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  std::string text;
  for (const auto& [name, count] : sorted) {
    if (count != 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, with_commas(count));
  }
  return text;
}

}  // namespace shrike::cli
