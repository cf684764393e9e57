#include "runtime/state/place_names.hpp"

#include <charconv>

namespace shrike {

void PlaceNames::append(std::string& out, std::string_view place) {
  std::string_view file = place;
  std::uint64_t line = 0;
  bool has_line = false;
  if (const std::size_t colon = place.rfind(':'); colon != std::string_view::npos) {
    const std::string_view digits = place.substr(colon + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), line);
    has_line = error == std::errc{} && end == digits.data() + digits.size() && std::to_string(line) == digits;
    if (has_line) file = place.substr(0, colon);
  }
  const auto [entry, is_new] = numbers_.try_emplace(std::string(file), files_.size());
  if (is_new) files_.emplace_back(file);
  append_unsigned(out, entry->second * 2 + (has_line ? 1 : 0));
  if (has_line) append_unsigned(out, line);
}

std::string PlaceNames::read(BytesReader& bytes) const {
  const std::uint64_t number = bytes.unsigned_number();
  if (number / 2 >= files_.size()) return {};
  std::string place = files_[number / 2];
  if (number % 2 != 0) place += ':' + std::to_string(bytes.unsigned_number());
  return place;
}

}  // namespace shrike
