#include "tests/tenant/people.hpp"

#include <array>
#include <cstdio>
#include <set>
#include <string_view>

namespace shrike::tenant {
namespace {

constexpr City kCities[] = {
    {"Hamburg", "DE", 5355, 999, 60},     {"Munich", "DE", 4814, 1158, 60},
    {"Osaka", "JP", 3469, 13550, 540},    {"Tokyo", "JP", 3568, 13969, 540},
    {"Boston", "US", 4236, -7106, -300},  {"Chicago", "US", 4188, -8763, -360},
    {"Paris", "FR", 4886, 235, 60},       {"London", "GB", 5151, -13, 0},
    {"Singapore", "SG", 135, 10382, 480}, {"Madrid", "ES", 4042, -370, 60},
    {"Amsterdam", "NL", 5237, 490, 60},   {"Panama City", "PA", 898, -7952, -300},
    {"Bucharest", "RO", 4443, 2610, 120}, {"Sofia", "BG", 4270, 2332, 120},
    {"Toronto", "CA", 4365, -7938, -300},
};
constexpr std::size_t kOfficeCity[] = {0, 2, 4};
constexpr const char* kOfficeRange[] = {"192.0.2.", "198.51.100.", "203.0.113."};
constexpr int kOfficeAsn[] = {64500, 64501, 64502};

// Who owns which part of 240.0.0.0/8 and 3fff::/20: number n has 240.(8n).0.0 to 240.(8n+7).255.255,
// 3fff:(n+16)::/32 and the network number 64600 + n.
constexpr int kHomeProviders = 3, kCarriers = 2;  // per country of an office
constexpr int kFirstCarrier = 9, kFirstHotel = 15, kVpn = 19, kFirstHoster = 20, kHosters = 5;
constexpr std::size_t kHosterCity[] = {10, 11, 12, 13, 14};
constexpr std::size_t kVpnCity[] = {10, 7, 0, 5, 8};

Spot spot_v4(int owner, std::uint64_t key, const City& city) {
  const std::uint64_t bits = mixed(key, 4);
  return {"240." + std::to_string(8 * owner + static_cast<int>(bits % 8)) + "." +
              std::to_string(bits / 8 % 256) + "." + std::to_string(1 + bits / 2048 % 254),
          64600 + owner, &city};
}

Spot spot_v6(int owner, std::uint64_t prefix_key, std::uint64_t host_key, const City& city) {
  const std::uint64_t a = mixed(prefix_key, 6), b = mixed(host_key, 7);
  char text[64];
  std::snprintf(text, sizeof text, "3fff:%x:%x:%x:%x:%x:%x:%x", owner + 16, static_cast<unsigned>(a & 0xffff),
                static_cast<unsigned>(a >> 16 & 0xffff), static_cast<unsigned>(b & 0xffff),
                static_cast<unsigned>(b >> 16 & 0xffff), static_cast<unsigned>(b >> 32 & 0xffff),
                static_cast<unsigned>(b >> 48 & 0xffff));
  return {text, 64600 + owner, &city};
}

constexpr const char* kFirst[] = {"Aiko",  "Anna",  "Ben",    "Carla", "Daichi", "Dana",  "Emil",  "Eva",
                                  "Finn",  "Grace", "Haruto", "Ida",   "Jonas",  "Kaito", "Lena",  "Liam",
                                  "Maria", "Mei",   "Nora",   "Oscar", "Paula",  "Ren",   "Sofia", "Tom",
                                  "Uwe",   "Vera",  "Will",   "Yui",   "Zoe",    "Hugo"};
constexpr const char* kLast[] = {"Abe",     "Adler",  "Baker",   "Brandt", "Carter", "Diaz",     "Ebert",
                                 "Fischer", "Garcia", "Hayashi", "Hughes", "Ito",    "Jansen",   "Kato",
                                 "Keller",  "Lang",   "Lopez",   "Meyer",  "Mori",   "Nakamura", "Olsen",
                                 "Parker",  "Quinn",  "Reed",    "Sato",   "Schulz", "Suzuki",   "Tanaka",
                                 "Ueda",    "Vogel",  "Walker",  "Young",  "Zimmer", "Okada",    "Novak"};

Device computer_of(Random& random, bool mac) {
  Device d;
  d.id = random.guid();
  d.managed = true;
  const std::string build = std::to_string(144 + random.below(2)) + ".0.0.0";
  if (mac) {
    d.system = System::kMac;
    d.name = "MAC-" + std::to_string(1000 + random.below(9000));
    d.browser = "Safari 26.2";
    d.browser_agent =
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Version/26.2 Safari/605.1.15";
  } else {
    d.system = System::kWindows;
    d.name = "PC-" + std::to_string(1000 + random.below(9000));
    const bool edge = random.chance(750);
    d.browser = (edge ? "Edge " : "Chrome ") + build.substr(0, 5);
    d.browser_agent =
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/" + build +
        " Safari/537.36" + (edge ? " Edg/" + build : "");
  }
  return d;
}

Device phone_of(Random& random) {
  Device d;
  d.system = random.chance(550) ? System::kIphone : System::kAndroid;
  d.id = random.guid();
  d.managed = random.chance(400);
  d.name = d.system == System::kIphone ? "iPhone" : "Phone";
  d.browser = d.system == System::kIphone ? "Mobile Safari" : "Chrome Mobile 145.0.0";
  d.browser_agent =
      d.system == System::kIphone
          ? "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/18.6 Mobile/15E148 Safari/604.1"
          : "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/145.0.0.0 "
            "Mobile "
            "Safari/537.36";
  return d;
}

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

}  // namespace

std::string time_text(Moment time) {
  std::int64_t days = time / kDay, second = time % kDay;
  // Days since 1970 to year, month, day (proleptic Gregorian calendar).
  days += 719468;
  const std::int64_t era = days / 146097, doe = days - era * 146097;
  const std::int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const std::int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
  const std::int64_t day = doy - (153 * mp + 2) / 5 + 1, month = mp < 10 ? mp + 3 : mp - 9;
  const std::int64_t year = yoe + era * 400 + (month <= 2 ? 1 : 0);
  std::array<char, 32> text{};
  const auto part = [&](std::size_t at, std::int64_t value, std::size_t digits) {
    for (std::size_t i = digits; i-- > 0; value /= 10) text[at + i] = static_cast<char>('0' + value % 10);
  };
  std::string_view("0000-00-00T00:00:00").copy(text.data(), 19);
  part(0, year, 4), part(5, month, 2), part(8, day, 2);
  part(11, second / 3600, 2), part(14, second / 60 % 60, 2), part(17, second % 60, 2);
  return {text.data(), 19};
}

People::People(std::uint64_t seed, int users, int days) : seed_(seed) {
  Random random(mixed(seed, 1));
  facts_.id = random.guid();
  facts_.policy_id = random.guid();
  facts_.mail_tool_id = random.guid();
  facts_.backup_tool_id = random.guid();
  std::set<std::string> names;
  for (int i = 0; i < users; ++i) {
    Person p;
    p.number = static_cast<std::size_t>(i);
    p.first = random.pick(kFirst);
    p.last = random.pick(kLast);
    std::string name = lower(p.first + "." + p.last);
    if (!names.insert(name).second) {
      name += std::to_string(i);
      names.insert(name);
    }
    p.upn = name + "@" + facts_.domain;
    p.id = random.guid();
    p.puid = "10032002" + random.hex(8);
    for (char& c : p.puid) c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
    p.sid = "S-1-5-21-1004336348-1177238915-682003330-" + std::to_string(1100 + i);
    p.mailbox_id = random.guid();
    // The first people have the roles, so that small tenants have all of them.
    const int of_ten = i % 10;
    p.role = i < 4 || i % 150 == 0   ? Role::kAdmin
             : i < 7 || i % 120 == 1 ? Role::kHelpdesk
             : of_ten == 7           ? Role::kFinance
             : i % 50 == 8           ? Role::kDeveloper
             : i % 60 == 9           ? Role::kManagement
                                     : Role::kStaff;
    p.office = static_cast<int>(random.below(3));
    p.home = &kCities[kOfficeCity[p.office] + (random.chance(250) ? 1 : 0)];
    p.starts = 420 + static_cast<int>(random.below(8)) * 15;
    p.ends = p.starts + 480 + static_cast<int>(random.below(5)) * 15;
    p.computer = computer_of(random, random.chance(150));
    p.phone = phone_of(random);
    p.web_mail = random.chance(300);
    p.split_tunnel = random.chance(100);
    p.private_vpn = random.chance(20);
    p.has_v6 = random.chance(500);
    p.provider = p.office * kHomeProviders + static_cast<int>(random.below(kHomeProviders));
    p.carrier = kFirstCarrier + p.office * kCarriers + static_cast<int>(random.below(kCarriers));
    // In Germany one provider gives a new address every night.
    p.lease_days = p.provider == 0 ? 1 : p.provider % 3 == 0 ? 30 : p.provider % 3 == 1 ? 14 : 60;
    if (random.chance(120) && days >= 5) {
      p.trip_days = static_cast<int>(random.between(2, 5));
      p.trip_begins = static_cast<int>(random.below(static_cast<std::uint64_t>(days)));
      p.trip_to = &kCities[6 + random.below(4)];
    }
    people_.push_back(std::move(p));
  }
}

Person& People::someone(Role role) {
  std::size_t& next = next_of_role_[static_cast<std::size_t>(role)];
  for (std::size_t tried = 0; tried < people_.size(); ++tried) {
    Person& p = people_[next++ % people_.size()];
    if (p.role == role) return p;
  }
  return people_[next++ % people_.size()];
}

std::vector<const Person*> People::of(Role role) const {
  std::vector<const Person*> found;
  for (const Person& p : people_) {
    if (p.role == role) found.push_back(&p);
  }
  return found;
}

Spot People::at_office(const Person& who, Random& random) const {
  return {kOfficeRange[who.office] + std::to_string(10 + random.below(4)), kOfficeAsn[who.office],
          &kCities[kOfficeCity[who.office]]};
}

Spot People::at_home(const Person& who, Moment time, Random& random) const {
  // Addresses change at night.
  const Moment local = time + who.home->utc_offset * kMinute - 4 * kHour;
  const auto lease = static_cast<std::uint64_t>(local / kDay / who.lease_days);
  const std::uint64_t key = mixed(seed_, who.number, lease);
  // Programs prefer IPv6 where there is one.
  if (who.has_v6 && random.chance(850))
    return spot_v6(who.provider, key, mixed(key, static_cast<std::uint64_t>(local / kDay), random.below(2)),
                   *who.home);
  return spot_v4(who.provider, key, *who.home);
}

Spot People::on_carrier(const Person& who, Moment time, Random& random) const {
  const auto hour = static_cast<std::uint64_t>(time / (3 * kHour));
  const std::uint64_t key = mixed(seed_ + 17, who.number, hour);
  if (random.chance(750)) return spot_v6(who.carrier, key, key, *who.home);
  // Carriers have few exits: one of 64 /24 networks.
  const std::uint64_t pool = key % 64;
  Spot spot =
      spot_v4(who.carrier, mixed(seed_ + 18, static_cast<std::uint64_t>(who.carrier), pool), *who.home);
  spot.ip = spot.ip.substr(0, spot.ip.rfind('.') + 1) + std::to_string(1 + key / 64 % 254);
  return spot;
}

Spot People::in_hotel(const City& city, Random& random) const {
  int owner = kFirstHotel;
  for (int i = 0; i < 4; ++i) {
    if (&kCities[6 + i] == &city) owner += i;
  }
  return spot_v4(owner, mixed(seed_ + 19, random.below(40)), city);
}

Spot People::company_vpn(Random& random) const {
  return {kOfficeRange[0] + std::to_string(200 + random.below(4)), kOfficeAsn[0], &kCities[kOfficeCity[0]]};
}

Spot People::commercial_vpn(Random& random) const {
  const City& exit = kCities[random.pick(kVpnCity)];
  return spot_v4(kVpn, mixed(seed_ + 20, random.below(200)), exit);
}

Spot People::server(std::uint64_t number, Random& random) const {
  const std::size_t owner = number % kHosters;
  Spot spot =
      spot_v4(kFirstHoster + static_cast<int>(owner), mixed(seed_ + 21, number), kCities[kHosterCity[owner]]);
  spot.ip = spot.ip.substr(0, spot.ip.rfind('.') + 1) + std::to_string(10 + random.below(20));
  return spot;
}

const City& People::city(const char* name) const {
  for (const City& c : kCities) {
    if (std::string_view(c.name) == name) return c;
  }
  return kCities[0];
}

std::vector<std::string> People::corporate_ranges() const {
  return {"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"};
}

std::vector<std::string> People::shared_ranges() const {
  std::vector<std::string> ranges;
  const auto add = [&](int owner) {
    ranges.push_back("240." + std::to_string(8 * owner) + ".0.0/13");
    char text[32];
    std::snprintf(text, sizeof text, "3fff:%x::/32", owner + 16);
    ranges.push_back(text);
  };
  for (int i = kFirstCarrier; i < kFirstHotel; ++i) add(i);
  add(kVpn);
  return ranges;
}

}  // namespace shrike::tenant
