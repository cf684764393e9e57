// Chance that is the same on every platform: integer arithmetic only. Compilers may evaluate the operands of
// + and the arguments of a call in any order, so no expression draws twice.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace shrike::tenant {

/// One well mixed number of several: streams for a person, a day, a device.
inline std::uint64_t mixed(std::uint64_t a, std::uint64_t b = 0, std::uint64_t c = 0) {
  std::uint64_t x = a;
  for (const std::uint64_t part : {b, c, std::uint64_t{0}}) {
    x += 0x9e3779b97f4a7c15 + part;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    x ^= x >> 31;
  }
  return x;
}

/// SplitMix64.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(mixed(seed)) {}

  std::uint64_t next() { return mixed(state_ += 0x9e3779b97f4a7c15); }
  std::uint64_t below(std::uint64_t limit) { return next() % limit; }
  /// Both ends included.
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low + 1)));
  }
  bool chance(unsigned of_a_thousand) { return below(1000) < of_a_thousand; }
  template <typename List>
  const auto& pick(const List& list) {
    return list[below(std::size(list))];
  }
  std::string hex(std::size_t size) {
    std::string out;
    while (out.size() < size) out += "0123456789abcdef"[below(16)];
    return out;
  }
  std::string guid() {
    std::string id = hex(8);
    id += "-" + hex(4);
    id += "-4" + hex(3);
    (id += "-") += "89ab"[below(4)];
    id += hex(3);
    return id += "-" + hex(12);
  }

 private:
  std::uint64_t state_;
};

}  // namespace shrike::tenant
