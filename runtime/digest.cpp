#include "runtime/digest.hpp"

#include <sys/types.h>

#include <sha256.h>

#include <cstdint>
#include <cstring>

namespace shrike {

struct Digest::State {
  SHA2_CTX context;
};

Digest::Digest() : state_(std::make_unique<State>()) { SHA256Init(&state_->context); }
Digest::~Digest() = default;

Digest& Digest::add(std::string_view part) {
  std::uint8_t size[8];
  for (unsigned i = 0; i < 8; ++i)
    size[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(part.size()) >> (8 * i));
  SHA256Update(&state_->context, size, sizeof size);
  SHA256Update(&state_->context, reinterpret_cast<const std::uint8_t*>(part.data()), part.size());
  return *this;
}

Digest::Bytes Digest::bytes() {
  std::uint8_t whole[SHA256_DIGEST_LENGTH];
  SHA256Final(whole, &state_->context);
  Bytes bytes;
  std::memcpy(bytes.data(), whole, bytes.size());
  return bytes;
}

std::string Digest::hex() {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string result;
  for (const std::uint8_t byte : bytes()) {
    result += kDigits[byte >> 4];
    result += kDigits[byte & 15];
  }
  return result;
}

}  // namespace shrike
