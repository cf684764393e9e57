// An ordinary day: where people are, what they read, write and open, what their devices do in the background,
// what the service and the administrators change.
#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "tests/tenant/stage.hpp"

namespace shrike::tenant {
namespace {

enum class Place : std::uint8_t { kOffice, kHome, kTrip, kAway };

struct Day {
  Day(Stage& s, Person& p, Random r) : stage(s), who(p), random(r) {}

  Stage& stage;
  Person& who;
  Random random;
  Place place = Place::kAway;
  Moment begins = 0, ends = 0;

  /// Where the computer is seen from: sign-ins of those with a split tunnel pass through the company's
  /// gateway.
  Spot computer_at(Moment time, bool signin) {
    switch (place) {
      case Place::kOffice:
        return stage.people.at_office(who, random);
      case Place::kTrip:
        return who.trip_days > 0 && random.chance(850) ? hotel : stage.people.on_carrier(who, time, random);
      default:
        if (who.split_tunnel && signin) return stage.people.company_vpn(random);
        return stage.people.at_home(who, time, random);
    }
  }
  Spot phone_at(Moment time) {
    if (place == Place::kOffice && time >= begins && time <= ends && random.chance(500))
      return stage.people.at_office(who, random);
    if (who.private_vpn && random.chance(500)) return stage.people.commercial_vpn(random);
    if (place == Place::kTrip) return random.chance(600) ? hotel : stage.people.on_carrier(who, time, random);
    return random.chance(450) ? stage.people.at_home(who, time, random)
                              : stage.people.on_carrier(who, time, random);
  }

  Spot hotel;

  /// The session for a moment: a new sign-in when the old one has ended or was revoked.
  std::string session(OpenSession& open, Moment time, int most_days, Signin success) {
    const bool revoked = std::any_of(who.revoked.begin(), who.revoked.end(),
                                     [&](Moment at) { return at >= open.began && time > at + 30 * kMinute; });
    if (time > open.until || revoked) {
      open.id = random.guid();
      open.began = time - 60;
      open.until = open.began + random.between(kDay / 2, most_days * kDay);
      success.time = time - 60;
      success.session = open.id;
      stage.sign_in(success);
    }
    return open.id;
  }
  std::string programs(Moment time) {
    Signin s = Signin::of(who, time, computer_at(time, true));
    if (who.computer.system == System::kWindows)
      s.agent =
          "Mozilla/5.0 (Windows NT 10.0; Win64; x64; WebView/3.0) AppleWebKit/537.36 (KHTML, like Gecko) "
          "Chrome/70.0.3538.102 Safari/537.36 Edge/18.26100";
    s.client_app = "Mobile Apps and Desktop clients";
    return session(who.programs, time, 14, s);
  }
  std::string browser(Moment time) {
    Signin s = Signin::of(who, time, computer_at(time, true));
    if (random.chance(300)) {
      s.app = s.resource = kOfficeHome;
    } else {
      s.app = kWebMail;
    }
    return session(who.browser, time, 5, s);
  }
  std::string mobile(Moment time) {
    Signin s = Signin::of(who, time, phone_at(time));
    s.device = &who.phone;
    s.agent = who.phone.browser_agent + " PKeyAuth/1.0";
    s.app = kOutlookMobile;
    s.client_app = "Mobile Apps and Desktop clients";
    return session(who.mobile, time, 60, s);
  }

  /// Acts of the day, done in the order of their times, since sessions end and begin on the way.
  struct Act {
    Moment time;
    std::size_t number;
    std::function<void(Moment)> done;
  };
  std::vector<Act> plan;
  void at(Moment time, std::function<void(Moment)> act) {
    plan.push_back({time, plan.size(), std::move(act)});
  }
  void times(std::int64_t least, std::int64_t most, const std::function<void(Moment)>& act) {
    for (std::int64_t i = random.between(least, most); i > 0; --i)
      at(begins + random.between(0, ends - begins), act);
  }
  void live() {
    std::sort(plan.begin(), plan.end(), [](const Act& a, const Act& b) {
      return a.time != b.time ? a.time < b.time : a.number < b.number;
    });
    for (const Act& act : plan) act.done(act.time);
  }

  void program_renewal(Moment time, std::uint64_t which) {
    const std::string open = programs(time);
    Signin s = stage.renewal(who, time, computer_at(time, true), open);
    s.client_app = "Mobile Apps and Desktop clients";
    s.agent = program_agent(who.computer);
    s.app = which == 0 ? kOneDrive : which == 1 ? kTeams : kOffice;
    s.resource = which == 0 ? kSharePoint : which == 1 ? kGraph : kExchange;
    if (which == 1 && who.computer.system == System::kWindows)
      s.agent =
          "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/145.0.0.0 "
          "Safari/537.36 Edg/145.0.0.0 Teams/26032.1206.4433.4187";
    if (random.chance(15)) s.error = random.chance(500) ? 50058 : 65001;
    stage.logs.signin(s);
  }
  void browser_renewal(Moment time) {
    const std::string open = browser(time);
    Signin s = stage.renewal(who, time, computer_at(time, true), open);
    s.app = kWebMail;
    stage.logs.signin(s);
  }
  /// A computer that wakes up has tokens that ended overnight: its programs fetch new ones before they do
  /// anything. Tokens that can be revoked at any time live for a day, so some fetch none.
  void background_signins() {
    for (std::uint64_t which = 0; which < 3; ++which) {
      if (random.chance(750))
        at(begins - random.between(1, 5) * kMinute,
           [this, which](Moment time) { program_renewal(time, which); });
    }
    if (random.chance(900)) at(begins - 30, [this](Moment time) { browser_renewal(time); });
    times(1, 2, [this](Moment time) { program_renewal(time, random.below(3)); });
    times(0, 1, [this](Moment time) { browser_renewal(time); });
  }
  void phone(std::int64_t least, std::int64_t most) {
    times(least, most, [this](Moment time) {
      const std::string open = mobile(time);
      MailAct act = stage.mail(who, time, phone_at(time), MailClient::kPhone, open);
      act.tells_session = random.chance(400);
      read(act, "\\Inbox");
    });
    times(0, 1, [this](Moment time) {
      const std::string open = mobile(time);
      Signin s = stage.renewal(who, time, phone_at(time), open);
      s.device = &who.phone;
      s.agent = program_agent(who.phone);
      s.app = kOutlookMobile;
      s.client_app = "Mobile Apps and Desktop clients";
      stage.logs.signin(s);
    });
  }
  void read(const MailAct& act, const char* folder) {
    std::vector<Item> items;
    for (std::int64_t n = random.between(1, 3); n > 0; --n)
      items.push_back(stage.logs.message(random.pick(kSubjects)));
    stage.logs.mail_read(act, items, folder);
  }
  MailAct at_desk(Moment time) {
    if (who.web_mail) {
      const std::string open = browser(time);
      return stage.mail(who, time, computer_at(time, false), MailClient::kWeb, open);
    }
    const std::string open = programs(time);
    MailAct act = stage.mail(who, time, computer_at(time, false), MailClient::kOutlook, open);
    act.tells_session = random.chance(400);
    return act;
  }
  void mail() {
    times(3, 6, [this](Moment time) {
      const MailAct act = at_desk(time);
      if (act.client == MailClient::kOutlook && random.chance(400)) {
        stage.logs.mail_sync(act, random.chance(800) ? "\\Inbox" : "\\Sent Items");
      } else {
        read(act, random.chance(850) ? "\\Inbox" : "\\Sent Items");
      }
    });
    times(1, 4, [this](Moment time) {
      const MailAct act = at_desk(time);
      stage.logs.mail_item(act, "Send", stage.logs.message(random.pick(kSubjects)), "\\Drafts");
    });
    times(0, 2, [this](Moment time) {
      static constexpr const char* kOperations[] = {"SoftDelete", "MoveToDeletedItems", "HardDelete"};
      std::vector<Item> items;
      for (std::int64_t n = random.between(1, 3); n > 0; --n)
        items.push_back(stage.logs.message(random.pick(kSubjects)));
      const char* operation = random.pick(kOperations);
      stage.logs.mail_erased(at_desk(time), operation, items, "\\Inbox");
    });
  }
  void files() {
    times(2, 5, [this](Moment time) {
      static constexpr const char* kOperations[] = {"FileAccessed", "FileModified", "FilePreviewed",
                                                    "FileDownloaded", "FileUploaded"};
      static constexpr const char* kNames[] = {"Stock March.xlsx", "Contract draft.docx", "Order 4471.pdf",
                                               "Plan.pptx", "Budget.xlsx"};
      FileAct f;
      f.time = time;
      f.who = &who;
      f.operation = random.pick(kOperations);
      f.name = random.pick(kNames);
      f.session = browser(time);
      f.from = computer_at(time, false);
      f.agent = who.computer.browser_agent;
      stage.logs.file(f);
    });
  }
  void now_and_then() {
    times(0, 1, [this](Moment time) { stage.logs.teams_message(who, time, computer_at(time, false)); });
    if (random.chance(12)) {
      times(1, 1, [this](Moment time) {
        static constexpr const char* kSenders[] = {"news@fabrikam.example", "alerts@monitoring.example",
                                                   "noreply@shop.example"};
        static constexpr const char* kFolders[] = {"Newsletters", "Alerts", "Shop", "Projects"};
        const std::string open = browser(time);
        const char* name = random.chance(500) ? "Newsletters" : "Alerts of the monitor";
        const char* sender = random.pick(kSenders);
        const char* folder = random.pick(kFolders);
        stage.logs.cmdlet(stage.inbox_rule(who, time, computer_at(time, false), open, name,
                                           {{"From", sender}, {"MoveToFolder", folder}}));
      });
    }
    if (random.chance(6)) {
      times(1, 1, [this](Moment time) {
        stage.logs.outlook_rule(at_desk(time), "Project", "(SubString \"project\" in PR_SUBJECT)",
                                R"([{"ActionType":"Move","DestinationFolderId":"LgAAAAB7f2"}])");
      });
    }
  }
};

void service_work(Stage& stage, int day) {
  Random random(mixed(stage.random.next(), static_cast<std::uint64_t>(day)));
  const Moment midnight = stage.start + day * kDay;
  const auto some_time = [&] { return midnight + random.between(0, kDay - 1); };
  for (const Person& p : stage.people.all()) {
    if (random.chance(120)) {
      Cmdlet c;
      c.time = some_time();
      c.operation = "Set-Mailbox";
      c.object =
          "EURP01A001.prod.example/Microsoft Exchange Hosted Organizations/contoso.onmicrosoft.example/" +
          p.mailbox_id;
      c.parameters = {{"Identity", p.mailbox_id}};
      if (random.chance(700)) {
        c.parameters.emplace_back("ProhibitSendQuota", "49.5 GB (53,150,220,288 bytes)");
      } else {
        c.parameters.emplace_back("AuditEnabled", "True");
      }
      stage.logs.cmdlet(c);
    }
    if (random.chance(60)) {
      Change c;
      c.time = some_time();
      c.operation = "Update user";
      c.by_app = "Microsoft Substrate Management";
      c.on(p).properties = {{"LastDirSyncTime", "[\"" + time_text(c.time - kDay) + "Z\"]",
                             "[\"" + time_text(c.time) + "Z\"]", true}};
      stage.logs.change(c);
    }
  }
  // Printers that scan to mail, from the offices.
  for (int i = 0; i < 3; ++i) {
    for (int times = 0; times < 4; ++times) {
      Signin s;
      s.time = some_time();
      s.user = stage.people.account(("scanner" + std::to_string(i + 1)).c_str());
      s.user_id = "5ca77e00-0000-4000-8000-00000000000" + std::to_string(i);
      s.display = "Scanner " + std::to_string(i + 1);
      s.from = stage.people.at_office(
          stage.people.all()[static_cast<std::size_t>(i) % stage.people.all().size()], random);
      s.app = kExchange;
      s.agent = "BAV2ROPC";
      s.client_app = "Authenticated SMTP";
      s.os = "";
      s.request_type = "OAuth2:Token";
      stage.logs.signin(s);
    }
  }
}

/// Tickets: a department changed, a group joined, a password reset, a quota raised.
void administration(Stage& stage, int day) {
  if (!stage.is_workday(day)) return;
  const std::vector<const Person*> admins = stage.people.of(Role::kAdmin);
  const std::vector<const Person*> helpdesk = stage.people.of(Role::kHelpdesk);
  if (admins.empty() || helpdesk.empty()) return;
  Random& random = stage.random;
  const std::size_t tickets = 2 + stage.people.all().size() / 40;
  for (std::size_t i = 0; i < tickets; ++i) {
    const Person& by = *random.pick(random.chance(600) ? helpdesk : admins);
    Person& target = stage.people.all()[random.below(stage.people.all().size())];
    if (&by == &target) continue;
    const Moment time = stage.at_work(by, day);
    const Spot from = stage.people.at_office(by, random);
    switch (random.below(5)) {
      case 0: {
        Change c = Change::of(by, time, "Update user", from);
        c.on(target).properties = {{"Department", "[\"Sales\"]", "[\"Marketing\"]", true},
                                   {"Included Updated Properties", "", "Department"}};
        stage.logs.change(c);
        break;
      }
      case 1: {
        Change c = Change::of(by, time, "Add member to group", from);
        c.category = "GroupManagement";
        c.type = "Assign";
        c.on(target).properties = {{"Group.DisplayName", "", "Purchasing"}};
        stage.logs.change(c);
        break;
      }
      case 2: {
        if (!random.chance(300)) break;
        Change c = Change::of(by, time, "Reset user password", from);
        stage.logs.change(c.on(target));
        c.operation = "Update StsRefreshTokenValidFrom Timestamp";
        c.time += 1;
        c.properties = {{"StsRefreshTokensValidFrom", "[\"" + time_text(time - 9 * kDay) + "Z\"]",
                         "[\"" + time_text(time) + "Z\"]", true}};
        stage.logs.change(c);
        target.revoked.push_back(time);
        break;
      }
      case 3: {
        Cmdlet c = stage.cmdlet(by, time, from, "Set-Mailbox", target.mailbox_id);
        c.parameters = {{"Identity", target.upn}, {"MaxSendSize", "100 MB (104,857,600 bytes)"}};
        stage.logs.cmdlet(c);
        break;
      }
      default: {
        Cmdlet c = stage.cmdlet(by, time, from, "Set-CASMailbox", target.mailbox_id);
        c.parameters = {{"Identity", target.upn}, {"PopEnabled", "False"}, {"ImapEnabled", "False"}};
        stage.logs.cmdlet(c);
      }
    }
  }
}

}  // namespace

void open_sessions(Stage& stage) {
  for (Person& p : stage.people.all()) {
    const auto open = [&](OpenSession& session, std::int64_t most_days) {
      session.id = stage.random.guid();
      session.began = stage.start - stage.random.between(kDay, most_days * kDay);
      session.until = stage.start + stage.random.between(kHour, most_days * kDay);
    };
    open(p.programs, 14);
    open(p.browser, 5);
    open(p.mobile, 60);
  }
}

void daily_work(Stage& stage, int day) {
  administration(stage, day);
  service_work(stage, day);
  const bool workday = stage.is_workday(day);
  const std::uint64_t seed = stage.random.next();
  for (Person& p : stage.people.all()) {
    Day today(stage, p, Random(mixed(seed, p.number)));
    const bool on_trip = p.trip_begins >= 0 && day >= p.trip_begins && day < p.trip_begins + p.trip_days;
    const std::uint64_t dice = today.random.below(100);
    today.place = on_trip     ? Place::kTrip
                  : dice < 55 ? Place::kOffice
                  : dice < 93 ? Place::kHome
                              : Place::kAway;
    if (on_trip) {
      Random room(mixed(p.number, static_cast<std::uint64_t>(p.trip_begins)));
      today.hotel = stage.people.in_hotel(*p.trip_to, room);
    }
    today.begins = stage.morning(p, day) + p.starts * kMinute;
    today.ends = stage.morning(p, day) + p.ends * kMinute;
    if (!workday || today.place == Place::kAway) {
      today.place = on_trip ? Place::kTrip : Place::kHome;
      if (today.random.chance(400)) today.phone(1, 2);
      today.live();
      continue;
    }
    today.background_signins();
    today.mail();
    today.files();
    today.phone(1, 4);
    today.now_and_then();
    today.live();
  }
}

}  // namespace shrike::tenant
