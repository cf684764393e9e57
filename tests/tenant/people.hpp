// Who works in the tenant, with which devices, and from which networks. Addresses are from ranges that nobody
// uses: offices from those for documentation, everything else from 240.0.0.0/4 and 3fff::/20.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/tenant/random.hpp"

namespace shrike::tenant {

/// Seconds since 1970, UTC.
using Moment = std::int64_t;
inline constexpr Moment kMinute = 60;
inline constexpr Moment kHour = 3600;
inline constexpr Moment kDay = 86400;

/// `2026-03-02T08:15:00`
std::string time_text(Moment time);

struct City {
  const char* name;
  const char* country;
  int latitude, longitude;  ///< hundredths of a degree
  int utc_offset;           ///< minutes
};

/// Where a client is seen from.
struct Spot {
  std::string ip;
  int asn = 0;
  const City* city = nullptr;
};

enum class System : std::uint8_t { kWindows, kMac, kIphone, kAndroid };

struct Device {
  System system = System::kWindows;
  std::string id, name;
  bool managed = false;
  std::string browser_agent;  ///< of its browser
  std::string browser;        ///< as sign-in logs name it
  bool is_phone() const { return system == System::kIphone || system == System::kAndroid; }
};

enum class Role : std::uint8_t { kStaff, kAdmin, kHelpdesk, kFinance, kDeveloper, kManagement };

/// A session that the daily work of a device goes on with.
struct OpenSession {
  std::string id;
  Moment began = 0;
  Moment until = 0;
};

struct Person {
  std::size_t number = 0;
  std::string first, last, upn, id, puid, sid, mailbox_id;
  Role role = Role::kStaff;
  const City* home = nullptr;
  int office = 0;
  int starts = 0, ends = 0;  ///< minutes after midnight, local time
  Device computer, phone;
  bool web_mail = false;      ///< reads mail in the browser rather than in Outlook
  bool split_tunnel = false;  ///< at home signs in through the company's VPN, mail goes directly
  bool private_vpn = false;   ///< the telephone uses a commercial VPN
  bool has_v6 = false;        ///< at home
  int provider = 0, carrier = 0;
  int lease_days = 30;  ///< how long the home's address lasts
  int trip_begins = -1, trip_days = 0;
  const City* trip_to = nullptr;
  OpenSession programs, browser, mobile;
  std::vector<Moment> revoked;  ///< sessions from before end
  std::string name() const { return first + " " + last; }
};

struct TenantFacts {
  std::string id;  ///< organisation
  std::string domain = "contoso.example";
  std::string policy_id;                     ///< the access policy that asks for a second factor
  std::string mail_tool_id, backup_tool_id;  ///< applications that the tenant approved
};

class People {
 public:
  People(std::uint64_t seed, int users, int days);

  std::vector<Person>& all() { return people_; }
  const std::vector<Person>& all() const { return people_; }
  const TenantFacts& facts() const { return facts_; }
  /// Another person of the role with every call; begins anew when all were given.
  Person& someone(Role role = Role::kStaff);
  std::vector<const Person*> of(Role role) const;

  Spot at_office(const Person& who, Random& random) const;
  Spot at_home(const Person& who, Moment time, Random& random) const;
  Spot on_carrier(const Person& who, Moment time, Random& random) const;
  Spot in_hotel(const City& city, Random& random) const;
  /// The company's own VPN gateway.
  Spot company_vpn(Random& random) const;
  /// Exits of a commercial VPN, used by staff and by others.
  Spot commercial_vpn(Random& random) const;
  /// A rented server; the same number gives the same network.
  Spot server(std::uint64_t number, Random& random) const;
  const City& city(const char* name) const;

  /// Ranges for the tenant's settings.
  std::vector<std::string> corporate_ranges() const;
  std::vector<std::string> shared_ranges() const;

  /// Account names that are no people.
  std::string account(const char* name) const { return std::string(name) + "@" + facts_.domain; }

 private:
  std::uint64_t seed_;
  TenantFacts facts_;
  std::vector<Person> people_;
  std::vector<std::size_t> next_of_role_ = std::vector<std::size_t>(6, 0);
};

}  // namespace shrike::tenant
