// The longest network around an address, against a scan of all networks.
#include <doctest/doctest.h>

#include <random>
#include <vector>

#include "runtime/address.hpp"
#include "runtime/key_index.hpp"
#include "runtime/program_data.hpp"

namespace shrike {
namespace {

struct Given {
  IpAddress network;
  unsigned bits;
};

std::uint32_t longest_of(const std::vector<Given>& networks, const IpAddress& address) {
  std::uint32_t longest = kNoIndex;
  for (std::uint32_t i = 0; i < networks.size(); ++i) {
    const Given& given = networks[i];
    if (address.is_v4() && given.bits < 96) continue;
    if (mask(address, given.bits) != given.network) continue;
    if (longest == kNoIndex || given.bits >= networks[longest].bits) longest = i;
  }
  return longest;
}

TEST_CASE("the longest network around an address is found as by a scan of all of them") {
  std::mt19937_64 random(7);
  const auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  // Few different bytes, so that networks lie in each other and side by side, also at the ends of all.
  const auto random_address = [&] {
    constexpr std::uint8_t kBytes[] = {0, 1, 0x7f, 0x80, 0xfe, 0xff};
    IpAddress address;
    const bool v4 = below(2) == 0;
    for (std::size_t i = 0; i < 16; ++i) {
      const std::uint8_t byte = below(3) == 0 ? kBytes[below(6)] : below(2) == 0 ? 0 : 0xff;
      address.bytes[i] = v4 && i < 12 ? (i < 10 ? 0 : 0xff) : byte;
    }
    return address;
  };
  for (int round = 0; round < 2000; ++round) {
    std::vector<Given> networks;
    NetworkIndex index;
    CHECK(index.empty());
    for (unsigned more = below(12); more > 0; --more) {
      const unsigned bits = below(4) == 0 ? below(2) * 96 : below(129);
      Given given{mask(random_address(), bits), bits};
      if (!networks.empty() && below(5) == 0) given = networks[below(static_cast<unsigned>(networks.size()))];
      index.add(given.network, given.bits, static_cast<std::uint32_t>(networks.size()));
      networks.push_back(given);
    }
    index.finish();
    CHECK(index.empty() == networks.empty());
    for (int probe = 0; probe < 50; ++probe) {
      IpAddress address = random_address();
      if (!networks.empty() && below(2) == 0) {
        address = networks[below(static_cast<unsigned>(networks.size()))].network;
        if (below(2) == 0) address.bytes[15] ^= 1;
      }
      CHECK(index.find(address) == longest_of(networks, address));
    }
  }
}

}  // namespace
}  // namespace shrike
