// Addresses and networks: strict text, the habits of logs, canonical output. inet_pton and inet_ntop are the
// oracle.
#include <arpa/inet.h>
#include <doctest/doctest.h>

#include <random>
#include <string>

#include "runtime/address.hpp"

using namespace shrike;

namespace {

std::string strict(std::string_view text) {
  const auto address = parse_ip(text);
  return address ? format_ip(*address) : "-";
}

std::string lenient(std::string_view text) {
  const auto address = parse_ip_lenient(text);
  return address ? format_ip(*address) : "-";
}

std::string network(std::string_view text) {
  const auto parsed = parse_cidr(text);
  return parsed ? format_cidr(parsed->address, parsed->bits) : "-";
}

}  // namespace

TEST_CASE("a strict address is exactly one address") {
  CHECK(strict("203.0.113.7") == "203.0.113.7");
  CHECK(strict("0.0.0.0") == "0.0.0.0");
  CHECK(strict("255.255.255.255") == "255.255.255.255");
  CHECK(strict("2001:0DB8:85a3:0000:0000:8A2E:0370:7334") == "2001:db8:85a3::8a2e:370:7334");
  CHECK(strict("::") == "::");
  CHECK(strict("::1") == "::1");
  CHECK(strict("fe80::") == "fe80::");
  CHECK(strict("1:2:3:4:5:6:7::") == "1:2:3:4:5:6:7:0");
  CHECK(strict("::ffff:192.0.2.1") == "192.0.2.1");
  CHECK(strict("::FFFF:c000:0201") == "192.0.2.1");
  CHECK(strict("64:ff9b::192.0.2.33") == "64:ff9b::c000:221");
  for (const char* bad : {"",
                          " 1.2.3.4",
                          "1.2.3",
                          "1.2.3.4.5",
                          "1.2.3.256",
                          "01.2.3.4",
                          "1.2.3.4:80",
                          "[::1]",
                          "::1%eth0",
                          ":::",
                          "1::2::3",
                          "1:2:3:4:5:6:7",
                          "1:2:3:4:5:6:7:8:9",
                          "1:2:3:4:5:6:7:8::",
                          "12345::",
                          "::1.2.3",
                          "1.2.3.4::",
                          "::1.2.3.4:5",
                          ":1",
                          "1:",
                          "g::",
                          "localhost",
                          "<null>"}) {
    CAPTURE(bad);
    CHECK(strict(bad) == "-");
  }
  CHECK(strict(std::string_view("1.2.3.4\0", 8)) == "-");
}

TEST_CASE("the longest run of zeros is shortened, the first of equal ones, never a single one") {
  CHECK(strict("2001:db8:0:1:1:1:1:1") == "2001:db8:0:1:1:1:1:1");
  CHECK(strict("2001:0:0:1:0:0:0:1") == "2001:0:0:1::1");
  CHECK(strict("2001:db8:0:0:1:0:0:1") == "2001:db8::1:0:0:1");
  CHECK(strict("0:0:1::") == "0:0:1::");
}

TEST_CASE("an address from a log loses port, brackets, zone and blanks") {
  CHECK(lenient("1.2.3.4:443") == "1.2.3.4");
  CHECK(lenient("[2001:db8::1]:50312") == "2001:db8::1");
  CHECK(lenient("[2001:db8::1]") == "2001:db8::1");
  CHECK(lenient("[1.2.3.4]") == "1.2.3.4");
  CHECK(lenient("[1.2.3.4]:25") == "1.2.3.4");
  CHECK(lenient("::ffff:1.2.3.4") == "1.2.3.4");
  CHECK(lenient("::ffff:1.2.3.4:443") == "1.2.3.4");
  CHECK(lenient("[::ffff:1.2.3.4]:443") == "1.2.3.4");
  CHECK(lenient("fe80::1%eth0") == "fe80::1");
  CHECK(lenient("[fe80::1%12]:443") == "fe80::1");
  CHECK(lenient(" 1.2.3.4\r\n") == "1.2.3.4");
  CHECK(lenient("2001:db8::1:443") == "2001:db8::1:443");
  for (const char* bad : {"",
                          "  ",
                          "<null>",
                          "null",
                          "-",
                          "mail.example.com",
                          "mail.example.com:25",
                          "1.2.3.4:",
                          "1.2.3.4:123456",
                          "[::1",
                          "[::1]x",
                          "[::1]:",
                          "[::1]:x",
                          "[]",
                          "[]:1",
                          "1.2.3.4%eth0",
                          "::1%",
                          "1.2.3.4, 5.6.7.8",
                          "[::1]:1:2",
                          "10.0.0.0/8"}) {
    CAPTURE(bad);
    CHECK(lenient(bad) == "-");
  }
}

TEST_CASE("networks have no host bits and count from the family they are written in") {
  CHECK(network("10.0.0.0/8") == "10.0.0.0/8");
  CHECK(network("10.1.2.3/8") == "10.0.0.0/8");
  CHECK(network("10.1.2.3/32") == "10.1.2.3/32");
  CHECK(network("10.1.2.3") == "10.1.2.3/32");
  CHECK(network("0.0.0.0/0") == "0.0.0.0/0");
  CHECK(network("2001:db8::1/32") == "2001:db8::/32");
  CHECK(network("2001:db8::1") == "2001:db8::1/128");
  CHECK(network("::/0") == "::/0");
  CHECK(network("::ffff:10.0.0.0/104") == "10.0.0.0/8");
  for (const char* bad : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/08", "10.0.0.0/-1", "::/129",
                          "10.0.0.0/8/8", "10.0.0.0/ 8", "10.0.0.0/1000"}) {
    CAPTURE(bad);
    CHECK(network(bad) == "-");
  }
}

TEST_CASE("membership in networks respects the family") {
  const auto is_in = [](const char* address, const char* net) {
    const auto parsed = parse_cidr(net);
    return in_network(*parse_ip(address), parsed->address, parsed->bits);
  };
  CHECK(is_in("10.255.0.1", "10.0.0.0/8"));
  CHECK_FALSE(is_in("11.0.0.1", "10.0.0.0/8"));
  CHECK(is_in("10.0.0.129", "10.0.0.128/25"));
  CHECK_FALSE(is_in("10.0.0.127", "10.0.0.128/25"));
  CHECK(is_in("8.8.8.8", "0.0.0.0/0"));
  CHECK_FALSE(is_in("8.8.8.8", "::/0"));
  CHECK_FALSE(is_in("8.8.8.8", "::/3"));
  CHECK(is_in("2001:db8::1", "::/0"));
  CHECK_FALSE(is_in("2001:db8::1", "0.0.0.0/0"));
  CHECK(is_in("2001:db8::1", "2001:db8::1"));
  CHECK_FALSE(is_in("2001:db8::2", "2001:db8::1"));
  CHECK(is_in("::ffff:10.0.0.1", "10.0.0.0/8"));
}

TEST_CASE("strict parsing and inet_pton agree on mutated addresses") {
  std::mt19937_64 random(7);
  const std::string alphabet = "0123456789abcdefABCDEF:.::..";
  const char* seeds[] = {"203.0.113.7", "2001:db8::1",         "::ffff:1.2.3.4", "1:2:3:4:5:6:7:8",
                         "::",          "1:2:3:4:5:6:1.2.3.4", "fe80::a:0:0:1"};
  int accepted = 0;
  for (int i = 0; i < 200000; ++i) {
    std::string text = seeds[random() % std::size(seeds)];
    for (std::uint64_t edits = random() % 4; edits > 0 && !text.empty(); --edits) {
      const std::size_t at = random() % text.size();
      switch (random() % 3) {
        case 0:
          text[at] = alphabet[random() % alphabet.size()];
          break;
        case 1:
          text.erase(at, 1);
          break;
        default:
          text.insert(at, 1, alphabet[random() % alphabet.size()]);
      }
    }
    IpAddress expected;
    bool valid = inet_pton(AF_INET6, text.c_str(), expected.bytes.data()) == 1;
    if (!valid) {
      expected = {};
      expected.bytes[10] = expected.bytes[11] = 0xFF;
      valid = inet_pton(AF_INET, text.c_str(), expected.bytes.data() + 12) == 1;
    }
    const auto parsed = parse_ip(text);
    CAPTURE(text);
    REQUIRE(parsed.has_value() == valid);
    if (!valid) continue;
    ++accepted;
    REQUIRE(*parsed == expected);
    REQUIRE(*parse_ip(format_ip(*parsed)) == *parsed);
    REQUIRE(*parse_ip_lenient(" [" + text + "]:1 ") == *parsed);
  }
  CHECK(accepted > 20000);
}
