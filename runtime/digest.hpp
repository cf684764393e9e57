// SHA-256 (FIPS 180-4, by libmd) shortened to 128 bits in hexadecimal: ids of alerts and events without id.
// Collision-resistant, so that a crafted record cannot take the place of another's alert.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace shrike {

/// Hashes parts in turn; each is hashed with its length, so ("ab", "c") differs from ("a", "bc").
class Digest {
 public:
  Digest();
  ~Digest();
  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;
  Digest& add(std::string_view part);
  using Bytes = std::array<std::uint8_t, 16>;
  /// Ends the digest.
  Bytes bytes();
  /// The same in 32 hexadecimal digits.
  std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace shrike
