#include "tests/tenant/records.hpp"

#include <algorithm>
#include <filesystem>

#include "tests/tenant/json_text.hpp"

namespace shrike::tenant {
namespace {

constexpr const char* kService = "NT AUTHORITY\\SYSTEM (Microsoft.Exchange.ServiceHost)";

struct Code {
  int code;
  const char* logon_error;
  const char* reason;
};
constexpr Code kCodes[] = {
    {0, "", "Other."},
    {50126, "InvalidUserNameOrPassword", "Error validating credentials due to invalid username or password."},
    {50053, "IdsLocked",
     "The account is locked, you've tried to sign in too many times with an incorrect user ID or password."},
    {50055, "InvalidPasswordExpiredPassword", "The password is expired."},
    {50074, "UserStrongAuthClientAuthNRequiredInterrupt", "Strong Authentication is required."},
    {50140, "KmsiInterrupt",
     "This error occurred due to 'Keep me signed in' interrupt when the user was signing-in."},
    {50199, "CmsiInterrupt", "For security reasons, user confirmation is required for this request."},
    {50058, "UserInformationNotProvided", "Session information is not sufficient for single-sign-on."},
    {50173, "FreshTokenNeeded",
     "The provided grant has expired due to it being revoked, a fresh auth token is needed."},
    {500121, "AuthenticationFailedSasError", "Authentication failed during strong authentication request."},
    {53003, "BlockedByConditionalAccess", "Access has been blocked by Conditional Access policies."},
    {53000, "DeviceNotCompliant", "Device is not in required device state: {state}."},
    {65001, "DelegationDoesNotExist", "The user or administrator has not consented to use the application."},
};
const Code& code_of(int error) {
  for (const Code& c : kCodes) {
    if (c.code == error) return c;
  }
  return kCodes[0];
}

std::string pair_list(const std::vector<std::pair<std::string, std::string>>& pairs,
                      const char* name = "Name", const char* value = "Value") {
  return json_list(
      pairs, [&](const auto& p) { return JsonObject().text(name, p.first).text(value, p.second).done(); });
}

const char* os_of(System system) {
  return system == System::kWindows  ? "Windows10"
         : system == System::kMac    ? "MacOs"
         : system == System::kIphone ? "Ios 18.6"
                                     : "Android 15";
}

std::string hundredths(int value) {
  const int whole = value < 0 ? -value : value;
  const std::string part = std::to_string(whole % 100);
  return (value < 0 ? "-" : "") + std::to_string(whole / 100) + "." + (part.size() < 2 ? "0" : "") + part;
}

std::string client_text(const MailAct& act, Random& random) {
  switch (act.client) {
    case MailClient::kOutlook:
      return "Client=MSExchangeRPC";
    case MailClient::kWeb:
      return act.agent.empty() || random.chance(400) ? "Client=OWA;Action=ViaProxy"
                                                     : "Client=OWA;" + act.agent;
    case MailClient::kPhone:
      return act.who->phone.system == System::kIphone ? "Client=OutlookService;Outlook-iOS/2.0;"
                                                      : "Client=OutlookService;Outlook-Android/2.0;";
    case MailClient::kImap:
      return "Client=POP3/IMAP4;Protocol=IMAP4";
    case MailClient::kEws:
      return "Client=WebServices;ExchangeServicesClient/15.20.8000.000;";
    case MailClient::kRest:
      return "Client=REST;;";
  }
  return "";
}

std::string app_of(const MailAct& act) {
  if (!act.app.empty()) return act.app;
  switch (act.client) {
    case MailClient::kOutlook:
      return kOffice.id;
    case MailClient::kWeb:
      return kWebMail.id;
    case MailClient::kPhone:
      return kOutlookMobile.id;
    default:
      return "";
  }
}

}  // namespace

std::string token_of(const std::string& request_id) {
  std::array<unsigned, 16> bytes{};
  std::size_t at = 0;
  unsigned high = 0;
  bool half = false;
  for (const char c : request_id) {
    if (c == '-') continue;
    const unsigned digit = static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10);
    if (half) bytes[at++] = high << 4 | digit;
    high = digit;
    half = !half;
  }
  // The first three groups stand in little-endian order.
  std::reverse(bytes.begin(), bytes.begin() + 4);
  std::reverse(bytes.begin() + 4, bytes.begin() + 6);
  std::reverse(bytes.begin() + 6, bytes.begin() + 8);
  std::string out;
  for (std::size_t i = 0; i < 16; i += 3) {
    const unsigned three =
        bytes[i] << 16 | (i + 1 < 16 ? bytes[i + 1] : 0) << 8 | (i + 2 < 16 ? bytes[i + 2] : 0);
    for (int shift = 18; shift >= 0 && out.size() < 22; shift -= 6)
      out += "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[three >> shift & 63];
  }
  return out;
}

Signin Signin::of(const Person& who, Moment time, const Spot& from) {
  Signin s;
  s.time = time;
  s.user = who.upn;
  s.user_id = who.id;
  s.display = who.name();
  s.from = from;
  s.device = &who.computer;
  s.agent = who.computer.browser_agent;
  return s;
}

Change Change::of(const Person& by, Moment time, std::string operation, const Spot& from) {
  Change c;
  c.time = time;
  c.by = &by;
  c.operation = std::move(operation);
  c.ip = from.ip;
  c.agent = by.computer.browser_agent;
  return c;
}

Change& Change::on(const Person& person) {
  target = person.upn;
  target_id = person.id;
  target_name = person.name();
  return *this;
}

Logs::Logs(const People& people, std::uint64_t seed, const std::string& folder)
    : people_(people), random_(mixed(seed, 2)) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  fs::create_directories(fs::path(folder) / "audit", ignored);
  fs::create_directories(fs::path(folder) / "entra", ignored);
  const char* names[kFiles] = {"audit/unified-audit-log.ndjson", "entra/signins.ndjson",
                               "entra/background-signins.ndjson", "entra/directory-audits.ndjson",
                               "entra/risk-detections.ndjson"};
  for (std::size_t i = 0; i < kFiles; ++i) out_[i].open(fs::path(folder) / names[i], std::ios::binary);
}

bool Logs::failed() const {
  return std::any_of(out_.begin(), out_.end(), [](const std::ofstream& o) { return !o.good(); });
}

void Logs::add(File file, Moment time, std::string text) {
  // The audit log is an hour behind as a rule, and a day at times; Entra's logs some minutes.
  const bool audit = file == kUal;
  const auto delay = [&] {
    if (random_.chance(audit ? 20 : 5)) return random_.between(kHour, 12 * kHour);
    return audit ? random_.between(5 * kMinute, 45 * kMinute) : random_.between(2 * kMinute, 6 * kMinute);
  };
  if (random_.chance(audit ? 30 : 5)) waiting_.push_back({time + delay(), sequence_++, file, text});
  waiting_.push_back({time + delay(), sequence_++, file, std::move(text)});
}

void Logs::note(const std::string& id, const std::string& session) {
  if (label_ == nullptr) return;
  label_->ids.push_back(id);
  if (!session.empty() &&
      std::find(label_->sessions.begin(), label_->sessions.end(), session) == label_->sessions.end())
    label_->sessions.push_back(session);
}

void Logs::flush(Moment until) {
  const auto later =
      std::partition(waiting_.begin(), waiting_.end(), [&](const Row& row) { return row.arrival >= until; });
  std::sort(later, waiting_.end(), [](const Row& a, const Row& b) {
    return a.arrival != b.arrival ? a.arrival < b.arrival : a.sequence < b.sequence;
  });
  for (auto row = later; row != waiting_.end(); ++row) out_[row->file] << row->text << '\n';
  waiting_.erase(later, waiting_.end());
  for (std::ofstream& out : out_) out.flush();
}

std::string Logs::ual_head(Moment time, const std::string& id, const std::string& operation, int type,
                           const char* workload, const std::string& result, const std::string& user,
                           const std::string& key, int user_type) {
  JsonObject o;
  o.text("CreationTime", time_text(time)).text("Id", id).text("Operation", operation);
  o.text("OrganizationId", people_.facts().id).number("RecordType", type);
  if (!result.empty()) o.text("ResultStatus", result);
  o.text("UserKey", key).number("UserType", user_type).number("Version", 1).text("Workload", workload);
  o.text("UserId", user);
  const std::string all = o.done();
  return all.substr(1, all.size() - 2);
}

void Logs::signin(const Signin& s) {
  const std::string request = random_.guid().substr(0, 34) + "00";
  const std::string token = token_of(request);
  const std::string correlation = s.correlation.empty() ? random_.guid() : s.correlation;
  const bool ok = s.error == 0 || s.error == 50140;
  const Code& code = code_of(s.error);
  const std::string os = s.device != nullptr ? os_of(s.device->system) : s.os;
  const std::string browser = s.device != nullptr ? s.device->browser : s.browser;
  const bool managed = s.device != nullptr && s.device->managed;
  if (s.in_ual) {
    JsonObject o;
    o.members(ual_head(s.time, request, ok ? "UserLoggedIn" : "UserLoginFailed", 15, "AzureActiveDirectory",
                       ok || random_.chance(500) ? "Success" : "Failed", s.user, s.user_id, 0));
    o.text("ClientIP", s.from.ip).text("ObjectId", s.resource.id).number("AzureActiveDirectoryEventType", 1);
    o.raw("ExtendedProperties", pair_list({{"ResultStatusDetail", ok ? "Success" : "UserError"},
                                           {"UserAgent", s.agent},
                                           {"UserAuthenticationMethod", "1"},
                                           {"RequestType", s.request_type}}));
    o.raw("ModifiedProperties", "[]");
    o.raw("Actor", "[" + JsonObject().text("ID", s.user_id).number("Type", 0).done() + "," +
                       JsonObject().text("ID", s.user).number("Type", 5).done() + "]");
    o.text("ActorContextId", people_.facts().id).text("ActorIpAddress", s.from.ip);
    o.text("InterSystemsId", correlation).text("IntraSystemId", request).text("SupportTicketId", "");
    o.raw("Target", "[" + JsonObject().text("ID", s.resource.id).number("Type", 0).done() + "]");
    o.text("TargetContextId", people_.facts().id).text("ApplicationId", s.app.id);
    std::vector<std::pair<std::string, std::string>> device;
    if (s.device != nullptr) device = {{"Id", s.device->id}, {"DisplayName", s.device->name}};
    device.emplace_back("OS", os);
    device.emplace_back("BrowserType", browser.empty() ? "Other" : browser.substr(0, browser.find(' ')));
    if (s.device != nullptr) device.emplace_back("TrustType", managed ? "1" : "0");
    device.emplace_back("IsCompliantAndManaged", managed ? "True" : "False");
    // About half of the logons name their session, few of the failed ones.
    if (!s.session.empty() && (s.tells_session || random_.chance(ok ? 650 : 150)))
      device.emplace_back("SessionId", s.session);
    o.raw("DeviceProperties", pair_list(device)).text("ErrorNumber", std::to_string(s.error));
    if (!ok) o.text("LogonError", code.logon_error);
    if (ok && random_.chance(400)) {
      JsonObject context;
      if (!s.session.empty()) context.text("AADSessionId", s.session);
      o.raw("AppAccessContext",
            context.text("CorrelationId", correlation).text("UniqueTokenId", token).done());
    }
    note(request, s.session);
    add(kUal, s.time, o.done());
  }
  if (!s.in_entra) return;
  note(token, s.session);
  JsonObject p;
  p.text("id", request).text("createdDateTime", time_text(s.time) + "Z").text("userDisplayName", s.display);
  p.text("userPrincipalName", s.user).text("userId", s.user_id).text("appId", s.app.id);
  p.text("appDisplayName", s.app.name).text("ipAddress", s.from.ip).text("clientAppUsed", s.client_app);
  p.text("userAgent", s.agent).text("correlationId", correlation);
  p.text("conditionalAccessStatus", s.error == 53003 || s.error == 53000 ? "failure" : "success");
  p.flag("isInteractive", s.interactive).text("authenticationProtocol", s.protocol);
  p.text("originalTransferMethod", s.transfer)
      .text("incomingTokenType", s.incoming)
      .text("riskDetail", "none");
  p.text("riskLevelAggregated", s.risk).text("riskLevelDuringSignIn", s.risk);
  p.text("riskState", s.risk == "none" ? "none" : "atRisk").raw("riskEventTypes_v2", "[]");
  p.text("resourceDisplayName", s.resource.name).text("resourceId", s.resource.id);
  p.text("authenticationRequirement", s.client_app == "Browser" || s.client_app.rfind("Mobile", 0) == 0
                                          ? "multiFactorAuthentication"
                                          : "singleFactorAuthentication");
  p.text("sessionId", s.session)
      .text("uniqueTokenIdentifier", token)
      .number("autonomousSystemNumber", s.from.asn);
  p.text("userType", "member").text("crossTenantAccessType", "none").text("homeTenantId", people_.facts().id);
  p.text("resourceTenantId", people_.facts().id).text("tokenIssuerType", "AzureAD");
  p.raw("status", JsonObject()
                      .number("errorCode", s.error)
                      .text("failureReason", code.reason)
                      .text("additionalDetails", !s.detail.empty() ? s.detail
                                                 : ok ? "MFA requirement satisfied by claim in the token"
                                                      : "")
                      .done());
  p.raw("deviceDetail", JsonObject()
                            .text("deviceId", s.device != nullptr ? s.device->id : "")
                            .text("displayName", s.device != nullptr ? s.device->name : "")
                            .text("operatingSystem", os)
                            .text("browser", browser)
                            .flag("isCompliant", managed)
                            .flag("isManaged", managed)
                            .text("trustType", managed ? "Azure AD joined" : "")
                            .done());
  const City& city = *s.from.city;
  p.raw("location", JsonObject()
                        .text("city", city.name)
                        .text("state", city.name)
                        .text("countryOrRegion", city.country)
                        .raw("geoCoordinates", JsonObject()
                                                   .raw("latitude", hundredths(city.latitude))
                                                   .raw("longitude", hundredths(city.longitude))
                                                   .done())
                        .done());
  p.raw("appliedConditionalAccessPolicies",
        "[" +
            JsonObject()
                .text("id", people_.facts().policy_id)
                .text("displayName", "Require MFA for everybody")
                .raw("enforcedGrantControls", R"(["Mfa"])")
                .raw("enforcedSessionControls", "[]")
                .text("result", s.error == 53003 || s.error == 53000 ? "failure" : "success")
                .done() +
            "]");
  p.raw("networkLocationDetails", "[]").raw("authenticationProcessingDetails", "[]");
  if (s.interactive) {
    add(kInteractive, s.time, p.done());
    return;
  }
  JsonObject o;
  o.text("time", time_text(s.time + 120) + ".1890990Z");
  o.text("resourceId", "/tenants/" + people_.facts().id + "/providers/Microsoft.aadiam");
  o.text("operationName", "Sign-in activity").text("operationVersion", "1.0");
  o.text("category", "NonInteractiveUserSignInLogs").text("tenantId", people_.facts().id);
  o.text("resultType", std::to_string(s.error)).text("resultSignature", "None").number("durationMs", 0);
  o.text("callerIpAddress", s.from.ip).text("correlationId", correlation).text("identity", s.display);
  o.number("Level", 4).text("location", city.country).raw("properties", p.done());
  add(kBackground, s.time, o.done());
}

std::string Logs::access_context(const MailAct& act) {
  if (act.session.empty() || !act.tells_session) return "";
  const Moment issued =
      act.token_issued != 0 ? act.token_issued : act.time - random_.between(60, 55 * kMinute);
  const std::string context = JsonObject()
                                  .text("AADSessionId", act.session)
                                  .text("IssuedAtTime", time_text(issued))
                                  .text("UniqueTokenId", token_of(random_.guid().substr(0, 34) + "00"))
                                  .done();
  return "\"AppAccessContext\":" + context;
}

std::string Logs::mailbox_part(const MailAct& act) {
  const Person& owner = act.owner != nullptr ? *act.owner : *act.who;
  const bool own = &owner == act.who;
  JsonObject o;
  if (random_.chance(100)) o.text("ClientIP", act.from.ip);
  o.text("ClientIPAddress", act.from.ip).text("ClientInfoString", client_text(act, random_));
  o.flag("ExternalAccess", false).number("InternalLogonType", 0).number("LogonType", own ? 0 : 2);
  o.text("LogonUserSid", act.who->sid)
      .text("MailboxGuid", owner.mailbox_id)
      .text("MailboxOwnerSid", owner.sid);
  o.text("MailboxOwnerUPN", owner.upn).text("OrganizationName", "contoso.onmicrosoft.example");
  o.text("OriginatingServer",
         "AM0PR01MB" + std::to_string(1000 + random_.below(9000)) + " (15.20.9632.017)\r\n");
  if (const std::string app = app_of(act); !app.empty()) o.text("AppId", app).text("ClientAppId", "");
  if (act.tells_session && !act.session.empty()) o.text("SessionId", act.session);
  o.members(random_.chance(600) ? access_context(act) : "");
  const std::string all = o.done();
  return all.substr(1, all.size() - 2);
}

void Logs::mail_read(const MailAct& act, const std::vector<Item>& items, const char* folder, bool throttled) {
  const std::string id = random_.guid();
  JsonObject o;
  o.members(ual_head(act.time, id, "MailItemsAccessed", 50, "Exchange", "Succeeded", act.who->upn,
                     act.who->puid, 0));
  o.members(mailbox_part(act));
  o.raw("OperationProperties",
        pair_list({{"MailAccessType", "Bind"}, {"IsThrottled", throttled ? "True" : "False"}}));
  const std::string list = json_list(items, [&](const Item& item) {
    return JsonObject()
        .text("InternetMessageId", item.message_id)
        .number("SizeInBytes", random_.between(9000, 99000))
        .done();
  });
  o.raw("Folders", "[" +
                       JsonObject()
                           .raw("FolderItems", list)
                           .text("Id", "LgAAAAB" + random_.hex(22))
                           .text("Path", folder)
                           .done() +
                       "]");
  o.number("OperationCount", static_cast<std::int64_t>(items.size()));
  note(id, act.tells_session ? act.session : "");
  add(kUal, act.time, o.done());
}

void Logs::mail_sync(const MailAct& act, const char* folder, bool throttled) {
  const std::string id = random_.guid();
  JsonObject o;
  o.members(ual_head(act.time, id, "MailItemsAccessed", 2, "Exchange", "Succeeded", act.who->upn,
                     act.who->puid, 0));
  o.members(mailbox_part(act));
  o.raw("OperationProperties",
        pair_list({{"MailAccessType", "Sync"}, {"IsThrottled", throttled ? "True" : "False"}}));
  o.raw("Item", JsonObject()
                    .text("Id", "LgAAAAB" + random_.hex(22))
                    .raw("ParentFolder", JsonObject()
                                             .text("Id", "LgAAAAB" + random_.hex(22))
                                             .text("Path", folder)
                                             .text("Name", folder[0] == '\\' ? folder + 1 : folder)
                                             .done())
                    .done());
  note(id, act.tells_session ? act.session : "");
  add(kUal, act.time, o.done());
}

Item Logs::message(const std::string& subject) {
  std::string id = "<" + random_.hex(16);
  id += "@AM0PR01MB" + std::to_string(1000 + random_.below(9000)) + ".prod.example>";
  return {id, subject};
}

void Logs::mail_item(const MailAct& act, const char* operation, const Item& item, const char* folder) {
  const std::string id = random_.guid();
  JsonObject o;
  o.members(ual_head(act.time, id, operation, 2, "Exchange", "Succeeded", act.who->upn, act.who->puid, 0));
  o.members(mailbox_part(act));
  o.raw("Item", JsonObject()
                    .text("Id", "RgAAAAB" + random_.hex(22))
                    .text("InternetMessageId", item.message_id)
                    .raw("ParentFolder",
                         JsonObject().text("Id", "LgAAAAB" + random_.hex(22)).text("Path", folder).done())
                    .number("SizeInBytes", random_.between(9000, 250000))
                    .text("Subject", item.subject)
                    .done());
  note(id, act.tells_session ? act.session : "");
  add(kUal, act.time, o.done());
}

void Logs::mail_erased(const MailAct& act, const char* operation, const std::vector<Item>& items,
                       const char* folder) {
  const std::string id = random_.guid();
  const std::string place = JsonObject().text("Id", "LgAAAAB" + random_.hex(22)).text("Path", folder).done();
  JsonObject o;
  o.members(ual_head(act.time, id, operation, 3, "Exchange", "Succeeded", act.who->upn, act.who->puid, 0));
  o.members(mailbox_part(act));
  o.raw("AffectedItems", json_list(items, [&](const Item& item) {
          return JsonObject()
              .text("Id", "RgAAAAB" + random_.hex(22))
              .text("InternetMessageId", item.message_id)
              .raw("ParentFolder", place)
              .text("Subject", item.subject)
              .done();
        }));
  o.flag("CrossMailboxOperation", false).raw("Folder", place);
  note(id, act.tells_session ? act.session : "");
  add(kUal, act.time, o.done());
}

void Logs::outlook_rule(const MailAct& act, const std::string& name, const std::string& condition,
                        const std::string& actions) {
  const std::string id = random_.guid();
  JsonObject o;
  o.members(
      ual_head(act.time, id, "UpdateInboxRules", 2, "Exchange", "Succeeded", act.who->upn, act.who->puid, 0));
  o.members(mailbox_part(act)).text("ClientProcessName", "OUTLOOK.EXE");
  o.raw("OperationProperties", pair_list({{"RuleOperation", "AddMailboxRule"},
                                          {"RuleId", std::to_string(random_.below(1000000000))},
                                          {"RuleState", "Enabled"},
                                          {"RuleCondition", condition},
                                          {"RuleName", name},
                                          {"RuleProvider", "RuleOrganizer"},
                                          {"RuleActions", actions}}));
  note(id, act.session);
  add(kUal, act.time, o.done());
}

void Logs::cmdlet(const Cmdlet& c) {
  const std::string id = random_.guid();
  const bool service = c.user.empty();
  const std::string user = service ? kService : c.user;
  JsonObject o;
  o.members(ual_head(c.time, id, c.operation, 1, "Exchange", "True", user, service ? kService : c.user_key,
                     service ? 3 : c.user_type));
  o.text("ObjectId", c.object)
      .flag("ExternalAccess", service)
      .text("OrganizationName", "contoso.onmicrosoft.example");
  o.text("OriginatingServer", "AM0PR01MB" + std::to_string(1000 + random_.below(9000)) + " (15.20.9632.017)");
  o.raw("Parameters", pair_list(c.parameters)).text("AppId", service ? "" : c.app);
  o.text("AppPoolName", "MSExchangeAdminApiNetCore")
      .text("ClientAppId", "")
      .text("RequestId", random_.guid());
  if (!c.ip.empty()) {
    const bool v6 = c.ip.find(':') != std::string::npos;
    o.text("ClientIP", (v6 ? "[" + c.ip + "]" : c.ip) + ":" + std::to_string(1024 + random_.below(60000)));
  }
  if (!c.session.empty()) o.text("SessionId", c.session);
  note(id, c.session);
  add(kUal, c.time, o.done());
}

void Logs::file(const FileAct& f) {
  const std::string id = random_.guid();
  const std::string site = "https://contoso.sharepoint.example/sites/" + f.site + "/";
  JsonObject o;
  o.members(ual_head(f.time, id, f.operation, 6, "SharePoint", "", f.who->upn,
                     "i:0h.f|membership|" + f.who->puid + "@live.example", 0));
  o.text("ClientIP", f.from.ip).text("CorrelationId", random_.guid()).text("EventSource", "SharePoint");
  o.text("ItemType", "File").text("ListId", random_.guid()).text("ListItemUniqueId", random_.guid());
  o.text("ObjectId", site + "Shared Documents/" + f.name).text("Site", random_.guid()).text("SiteUrl", site);
  o.text("SourceFileExtension", f.name.substr(f.name.rfind('.') + 1)).text("SourceFileName", f.name);
  o.text("SourceRelativeUrl", "Shared Documents")
      .text("UserAgent", f.agent)
      .flag("IsManagedDevice", f.managed);
  if (!f.session.empty() && random_.chance(700)) {
    o.raw("AppAccessContext", JsonObject()
                                  .text("AADSessionId", f.session)
                                  .text("CorrelationId", random_.guid())
                                  .text("UniqueTokenId", token_of(random_.guid().substr(0, 34) + "00"))
                                  .done());
  }
  note(id, f.session);
  add(kUal, f.time, o.done());
}

void Logs::teams_message(const Person& who, Moment time, const Spot& from) {
  const std::string id = random_.guid();
  JsonObject o;
  o.members(ual_head(time, id, "MessageSent", 25, "MicrosoftTeams", "", who.upn, who.id, 0));
  o.text("ClientIP", from.ip)
      .text("CommunicationType", "GroupChat")
      .text("ChatThreadId", "19:" + random_.hex(32));
  o.text("ItemName", "").text("MessageId", std::to_string(time) + "000").text("MessageVersion", "1");
  note(id);
  add(kUal, time, o.done());
}

void Logs::change(const Change& c) {
  const std::string correlation = random_.guid();
  const std::string actor = c.by != nullptr ? c.by->upn : c.by_app;
  if (c.in_ual) {
    const std::string id = random_.guid();
    JsonObject o;
    o.members(ual_head(c.time, id, c.operation + ".", 8, "AzureActiveDirectory", "Success",
                       c.by != nullptr ? c.by->upn : "ServicePrincipal_" + random_.guid(),
                       c.by != nullptr ? c.by->puid + "@" + people_.facts().domain : "Not Available",
                       c.by != nullptr ? 0 : 4));
    o.text("ObjectId", c.target.empty() ? c.target_name : c.target)
        .number("AzureActiveDirectoryEventType", 1);
    JsonObject extra;
    if (!c.agent.empty()) extra.text("User-Agent", c.agent);
    for (const auto& [name, value] : c.details) extra.text(name, value);
    o.raw("ExtendedProperties",
          pair_list({{"additionalDetails", extra.done()}, {"extendedAuditEventCategory", c.target_kind}}));
    o.raw("ModifiedProperties", json_list(c.properties, [](const Property& p) {
            return JsonObject().text("Name", p.name).text("NewValue", p.now).text("OldValue", p.was).done();
          }));
    std::vector<std::pair<std::string, int>> ids;
    const auto list = [&] {
      return json_list(ids, [](const auto& i) {
        return JsonObject().text("ID", i.first).number("Type", i.second).done();
      });
    };
    if (c.by != nullptr) {
      ids = {{c.by->upn, 5}, {c.by->puid, 3}, {"User_" + c.by->id, 2}, {c.by->id, 2}, {"User", 2}};
    } else {
      const std::string principal = random_.guid();
      ids = {{c.by_app, 1}, {"ServicePrincipal_" + principal, 2}, {principal, 2}, {"ServicePrincipal", 2}};
    }
    o.raw("Actor", list()).text("ActorContextId", people_.facts().id).text("InterSystemsId", correlation);
    o.text("IntraSystemId", random_.guid()).text("SupportTicketId", "");
    ids = {{c.target_kind + "_" + c.target_id, 2},
           {c.target_id, 2},
           {c.target_kind == "Policy" ? "Other" : c.target_kind, 2}};
    ids.emplace_back(c.target.empty() ? c.target_name : c.target, c.target.empty() ? 1 : 5);
    o.raw("Target", list()).text("TargetContextId", people_.facts().id);
    // An address stands in few of these records.
    if (!c.ip.empty() && random_.chance(250)) o.text("ActorIpAddress", c.ip).text("ClientIP", c.ip);
    note(id);
    add(kUal, c.time, o.done());
  }
  if (!c.in_entra) return;
  std::string id = "Directory_" + random_.guid();
  id += "_" + random_.hex(5);
  id += "_" + std::to_string(random_.below(100000000));
  JsonObject o;
  o.text("id", id).text("category", c.category).text("correlationId", correlation).text("result", "success");
  o.text("resultReason", c.reason).text("activityDisplayName", c.operation);
  o.text("activityDateTime", time_text(c.time) + ".1234567Z").text("loggedByService", c.service);
  o.text("operationType", c.type);
  if (c.by != nullptr) {
    o.raw("initiatedBy", JsonObject()
                             .raw("app", "null")
                             .raw("user", JsonObject()
                                              .text("id", c.by->id)
                                              .raw("displayName", "null")
                                              .text("userPrincipalName", c.by->upn)
                                              .text("ipAddress", c.ip)
                                              .raw("userType", "null")
                                              .done())
                             .done());
  } else {
    o.raw("initiatedBy", JsonObject()
                             .raw("user", "null")
                             .raw("app", JsonObject()
                                             .raw("appId", "null")
                                             .text("displayName", c.by_app)
                                             .text("servicePrincipalId", random_.guid())
                                             .done())
                             .done());
  }
  const auto value = [](const Property& p, const std::string& v) {
    return v.empty() ? std::string("null") : json_string(p.json ? v : json_string(v));
  };
  JsonObject resource;
  resource.text("id", c.target_id)
      .raw("displayName", c.target_name.empty() ? std::string("null") : json_string(c.target_name));
  resource.text("type", c.target_kind)
      .raw("userPrincipalName", c.target.empty() ? std::string("null") : json_string(c.target));
  resource.raw("modifiedProperties", json_list(c.properties, [&](const Property& p) {
                 return JsonObject()
                     .text("displayName", p.name)
                     .raw("oldValue", value(p, p.was))
                     .raw("newValue", value(p, p.now))
                     .done();
               }));
  o.raw("targetResources", "[" + resource.done() + "]");
  auto details = c.details;
  if (!c.agent.empty()) details.insert(details.begin(), {"User-Agent", c.agent});
  o.raw("additionalDetails", pair_list(details, "key", "value"));
  note(id);
  add(kDirectory, c.time, o.done());
}

void Logs::risk(const Risk& r) {
  const std::string id = random_.guid();
  JsonObject o;
  o.text("id", id).text("requestId", random_.guid()).text("correlationId", random_.guid());
  o.text("riskType", r.type)
      .text("riskEventType", r.type)
      .text("riskState", r.state)
      .text("riskLevel", r.level);
  o.text("riskDetail", r.detail).text("source", "IdentityProtection").text("detectionTimingType", "offline");
  o.text("activity", "signin").text("tokenIssuerType", "AzureAD").text("ipAddress", r.from.ip);
  o.text("activityDateTime", time_text(r.time) + "Z").text("detectedDateTime", time_text(r.time + 900) + "Z");
  o.text("lastUpdatedDateTime", time_text(r.time + 900) + "Z").text("userId", r.who->id);
  o.text("userDisplayName", r.who->name()).text("userPrincipalName", r.who->upn);
  o.text("additionalInfo", "[" + JsonObject().text("Key", "userAgent").text("Value", r.agent).done() + "]");
  o.raw("location", JsonObject()
                        .text("city", r.from.city->name)
                        .text("state", r.from.city->name)
                        .text("countryOrRegion", r.from.city->country)
                        .done());
  note(id);
  add(kRisk, r.time, o.done());
}

}  // namespace shrike::tenant
