#include "tests/tenant/stage.hpp"

#include <algorithm>

namespace shrike::tenant {

const std::vector<std::string> kSubjects = {
    "Minutes of Tuesday",
    "Re: delivery in week 12",
    "Lunch?",
    "Order 4471",
    "Invoice 2026-0318",
    "Re: Invoice 2026-0290",
    "Holiday plan",
    "Draft of the contract",
    "Re: contract, page 3",
    "Stock list",
    "Welcome",
    "Password expires soon",
    "Newsletter of Fabrikam",
    "Re: payment terms",
    "Visit on Friday",
    "会議の件",
    "Re: 見積の件",
    "Fwd: photos",
    "Quarterly numbers",
    "Re: Re: offer",
};

bool Stage::is_workday(int day) const { return (start / kDay + day + 3) % 7 < 5; }

Moment Stage::morning(const Person& who, int day) const {
  return start + day * kDay - static_cast<Moment>(who.home->utc_offset) * kMinute;
}

Moment Stage::at_work(const Person& who, int day) {
  while (!is_workday(day)) ++day;
  const Moment minute = random.between(who.starts + 30, who.ends - 120) * kMinute;
  return morning(who, day) + minute + random.between(0, 59);
}

int Stage::some_day(int first, int spare_at_end) {
  const int last = std::max(first, days - 1 - spare_at_end);
  for (int tries = 0; tries < 50; ++tries) {
    const int day = static_cast<int>(random.between(std::min(first, days - 1), std::min(last, days - 1)));
    if (is_workday(day)) return day;
  }
  return first;
}

void Stage::sign_in(Signin success) {
  success.correlation = random.guid();
  Signin step = success;
  Moment& time = step.time;
  time -= random.between(40, 70);
  if (random.chance(40)) {
    step.error = 50126;
    logs.signin(step);
    time += random.between(5, 12);
  }
  if (random.chance(500)) {
    step.error = 50074;
    logs.signin(step);
    time += random.between(10, 20);
  }
  if (success.client_app == "Browser" && random.chance(300)) {
    step.error = 50140;
    step.request_type = "Kmsi:kmsi";
    logs.signin(step);
  }
  success.detail = "MFA completed in Azure AD";
  logs.signin(success);
}

std::string Stage::browser_session(const Person& who, Moment time, const Spot& from, const App& app,
                                   bool told) {
  Signin s = Signin::of(who, time, from);
  s.app = app;
  s.session = random.guid();
  s.tells_session = told;
  sign_in(s);
  return s.session;
}

Signin Stage::renewal(const Person& who, Moment time, const Spot& from, const std::string& session) const {
  Signin s = Signin::of(who, time, from);
  s.interactive = false;
  s.request_type = "OAuth2:Token";
  s.incoming = "refreshToken";
  s.session = session;
  return s;
}

MailAct Stage::mail(const Person& who, Moment time, const Spot& from, MailClient client,
                    const std::string& session) const {
  MailAct act;
  act.time = time;
  act.who = &who;
  act.from = from;
  act.client = client;
  act.session = session;
  if (client == MailClient::kWeb) act.agent = who.computer.browser_agent;
  return act;
}

Cmdlet Stage::cmdlet(const Person& by, Moment time, const Spot& from, std::string operation,
                     std::string object) const {
  Cmdlet c;
  c.time = time;
  c.user = by.upn;
  c.user_key = by.puid;
  c.operation = std::move(operation);
  c.object = std::move(object);
  c.ip = from.ip;
  return c;
}

Cmdlet Stage::inbox_rule(const Person& who, Moment time, const Spot& from, const std::string& session,
                         std::string name,
                         std::vector<std::pair<std::string, std::string>> parameters) const {
  Cmdlet c =
      cmdlet(who, time, from, "New-InboxRule",
             "EURP01A001.prod.example/Microsoft Exchange Hosted Organizations/contoso.onmicrosoft.example/" +
                 who.mailbox_id + "\\" + name);
  c.app = kExchange.id;
  c.session = session;
  c.parameters = {{"AlwaysDeleteOutlookRulesBlob", "False"}, {"Force", "False"}, {"Name", std::move(name)}};
  c.parameters.insert(c.parameters.end(), parameters.begin(), parameters.end());
  return c;
}

Change Stage::consent(const Person& by, Moment time, const Spot& from, const std::string& app,
                      const std::string& name, const std::string& scopes, bool for_all) {
  Change c = Change::of(by, time, "Consent to application", from);
  c.category = "ApplicationManagement";
  c.type = "Assign";
  c.target_id = random.guid();
  c.target_name = name;
  c.target_kind = "ServicePrincipal";
  std::string grant = "[] => [[Id: " + random.hex(22) + ", ClientId: " + c.target_id;
  grant += ", PrincipalId: " + (for_all ? "" : by.id);
  grant += ", ResourceId: " + random.guid();
  grant += std::string(", ConsentType: ") + (for_all ? "AllPrincipals" : "Principal") + ", Scope: " + scopes;
  grant += ", CreatedDateTime: , LastModifiedDateTime ]]; ";
  c.properties = {{"ConsentContext.IsAdminConsent", "", for_all ? "True" : "False"},
                  {"ConsentContext.OnBehalfOfAll", "", for_all ? "True" : "False"},
                  {"ConsentAction.Permissions", "", grant},
                  {"TargetId.ServicePrincipalNames", "", app}};
  return c;
}

std::string program_agent(const Device& device) {
  switch (device.system) {
    case System::kWindows:
      return "Windows-AzureAD-Authentication-Provider/1.0";
    case System::kMac:
      return "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)";
    case System::kIphone:
      return "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
             "Gecko) "
             "Mobile/15E148";
    case System::kAndroid:
      return "Dalvik/2.1.0 (Linux; U; Android 15; Pixel 8 Build/AP4A.250205.002)";
  }
  return "";
}

}  // namespace shrike::tenant
