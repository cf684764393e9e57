// Any bytes as an address, network, time, duration or text to fold. Whatever is understood must read back
// from its own text to the same value, and caseless operations must agree with each other.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "runtime/address.hpp"
#include "runtime/arena.hpp"
#include "runtime/text_compare.hpp"
#include "runtime/time_text.hpp"
#include "shrike/value.hpp"

namespace {

void require(bool claim) {
  if (!claim) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace shrike;
  // A copy of its own, so that reading past the end is seen.
  const std::string text(reinterpret_cast<const char*>(data), size);

  if (const auto address = parse_ip(text)) {
    require(parse_ip(format_ip(*address)) == address);
    require(parse_ip_lenient(text) == address);
  }
  if (const auto address = parse_ip_lenient(text)) require(parse_ip(format_ip(*address)) == address);
  if (const auto network = parse_cidr(text)) {
    require(parse_cidr(format_cidr(network->address, network->bits)) == network);
    require(mask(network->address, network->bits) == network->address);
  }
  if (const auto time = parse_time(text)) require(parse_time(format_time(*time)) == time);
  if (const auto duration = parse_duration(text))
    require(parse_duration(format_duration(*duration)) == duration);
  if (const auto duration = parse_timespan(text))
    require(parse_duration(format_duration(*duration)) == duration);

  Arena arena;
  const std::string folded(fold_case(text, arena));
  require(fold_case(folded, arena) == folded);
  require(equal_caseless(text, folded) && compare_caseless(text, folded) == 0);
  require(hash_caseless(text) == hash_cased(folded));
  require(equal_folded(text, is_ascii(text), folded) && starts_folded(text, false, folded));
  require(ends_folded(text, false, folded) && contains_folded(text, false, folded));
  const std::size_t half = size / 2;
  const std::string_view front = std::string_view(text).substr(0, half);
  const std::string_view back = std::string_view(text).substr(half);
  require(compare_caseless(front, back) == -compare_caseless(back, front));
  require(equal_caseless(front, back) == (compare_caseless(front, back) == 0));
  return 0;
}
