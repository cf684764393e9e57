// Generated records for the benchmarks, the same ones in every run: Writer makes them, Lines holds them in
// one padded buffer as a reader would. Read next: interleaved.hpp.
#pragma once

#include <cstdint>
#include <cstdio>
#include <ctime>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shrike::bench {

/// Records in one buffer, each followed by a line break, the last by padding.
struct Lines {
  std::string buffer;
  std::vector<std::pair<std::size_t, std::size_t>> places;

  void add(const std::string& record) {
    places.emplace_back(buffer.size(), record.size());
    buffer += record;
    buffer += '\n';
  }
  std::string_view line(std::size_t i) const {
    return std::string_view(buffer).substr(places[i].first, places[i].second);
  }
};

/// Whose logs they are: an engine sees few tenants.
inline const std::string kTenant = "4b2462a4-bbee-495a-a0e1-f23ae524cc9c";

/// A tenant of 500 people at work: time goes on by some seconds with each record, a person comes from home or
/// the office, uses a few applications and has a session for a working day.
class Writer {
 public:
  explicit Writer(std::uint64_t seed) : random_(seed) {}

  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  std::string hex(std::size_t size) {
    std::string out;
    while (out.size() < size) out += "0123456789abcdef"[below(16)];
    return out;
  }
  std::string guid() { return hex(8) + "-" + hex(4) + "-" + hex(4) + "-" + hex(4) + "-" + hex(12); }
  /// Always the same for the same number.
  static std::string guid_of(std::uint64_t number) {
    std::mt19937_64 random(number);
    char text[40];
    const std::uint64_t a = random(), b = random();
    std::snprintf(text, sizeof text, "%08x-%04x-%04x-%04x-%012llx", static_cast<unsigned>(a >> 32),
                  static_cast<unsigned>(a >> 16 & 0xffff), static_cast<unsigned>(a & 0xffff),
                  static_cast<unsigned>(b >> 48), static_cast<unsigned long long>(b & 0xffffffffffff));
    return text;
  }
  std::string user() const { return "user" + std::to_string(person_) + "@contoso.onmicrosoft.com"; }
  std::string user_id() const { return guid_of(person_); }
  std::string ip() const {
    const bool in_office = (person_ + static_cast<std::uint64_t>(clock_ / 86400)) % 5 < 2;
    const std::uint64_t place = in_office ? 1000 + person_ / 50 : person_;
    return std::to_string(11 + place % 200) + "." + std::to_string(place / 7 % 256) + "." +
           std::to_string(place % 256) + ".7";
  }
  std::string session() const {
    constexpr std::int64_t kDay = 86400;
    return guid_of(1'000'000 + static_cast<std::uint64_t>(clock_ / kDay) * 1000 + person_);
  }
  std::string application() { return guid_of(10'000 + below(12)); }
  std::string time() const {
    const std::time_t now = clock_;
    std::tm parts{};
    gmtime_r(&now, &parts);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    return text;
  }

  std::string audit() {
    begin_record();
    const bool signin = below(3) == 0;
    std::string r =
        R"({"CreationTime":")" + time() + R"(","Id":")" + guid() + R"(","Operation":")" +
        (signin ? "UserLoggedIn" : "New-InboxRule") + R"(","OrganizationId":")" + kTenant +
        R"(","RecordType":)" + (signin ? "15" : "1") + R"(,"ResultStatus":"Success","UserKey":")" + guid() +
        R"(","UserType":0,"Version":1,"Workload":")" + (signin ? "AzureActiveDirectory" : "Exchange") +
        R"(","ClientIP":")" + ip() + R"(:50312","ObjectId":")" +
        (signin
             ? guid()
             : R"(EURPR03A010.PROD.OUTLOOK.COM\/Microsoft Exchange Hosted Organizations\/contoso.onmicrosoft.com\/)" +
                   hex(10)) +
        R"(","UserId":")" + user() +
        R"(","AzureActiveDirectoryEventType":1,"ExtendedProperties":[{"Name":"ResultStatusDetail","Value":"Success"},)"
        R"({"Name":"UserAgent","Value":"Mozilla\/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit\/537.36 (KHTML, like Gecko) Chrome\/114.0.0.0"},)"
        R"({"Name":"UserAuthenticationMethod","Value":"1"},{"Name":"RequestType","Value":"OAuth2:Token"}],"ModifiedProperties":[],"Actor":[{"ID":")" +
        guid() + R"(","Type":0},{"ID":")" + user() + R"(","Type":5}],"ActorContextId":")" + guid() +
        R"(","ActorIpAddress":")" + ip() + R"(","InterSystemsId":")" + guid() + R"(","IntraSystemId":")" +
        guid() + R"(","SupportTicketId":"","Target":[{"ID":")" + guid() +
        R"(","Type":0}],"TargetContextId":")" + guid() + R"(","ApplicationId":")" + guid() + R"(",)";
    if (!signin) {
      r +=
          R"("AppId":")" + guid() +
          R"(","ClientAppId":"","ExternalAccess":false,"OrganizationName":"contoso.onmicrosoft.com",)"
          R"("OriginatingServer":"KL1PR02MB6845 15.20.7982.032","Parameters":[{"Name":"AlwaysDeleteOutlookRulesBlob","Value":"False"},)"
          R"({"Name":"Force","Value":"False"},{"Name":"ForwardTo","Value":"alpha@example.com"},{"Name":"Name","Value":"..."},)"
          R"({"Name":"StopProcessingRules","Value":"True"}],"SessionId":")" +
          guid() + R"(",)";
    }
    r +=
        R"("DeviceProperties":[{"Name":"OS","Value":"Windows10"},{"Name":"BrowserType","Value":"Other"},{"Name":"IsCompliantAndManaged","Value":"False"},)"
        R"({"Name":"SessionId","Value":")" +
        guid() + R"("}],"ErrorNumber":"0"})";
    return r;
  }

  /// One of the records that a tenant writes all day: sign-ins, mail read, sent and deleted, files, changes
  /// by the service, now and then an inbox rule. `attack` makes it a rule that forwards outside, which gives
  /// an alert.
  std::string ordinary_audit(bool attack = false) {
    begin_record();
    const std::uint64_t dice = below(100);
    if (attack || dice < 2) return inbox_rule(attack ? "alpha@elsewhere.test" : "");
    if (dice < 30) return login();
    if (dice < 52) return mail_read();
    if (dice < 70) return file();
    if (dice < 85) return mail_item(below(2) == 0);
    return service_change();
  }

  /// A sign-in. `attack` makes it the broker's device code, which gives an alert; else it is an ordinary one.
  std::string signin(bool attack = false) {
    begin_record();
    const std::string app = attack ? "29d9ed98-a469-4536-ade2-f981bc1d605e" : application();
    const std::string resource = attack ? "00000003-0000-0000-c000-000000000000" : application();
    std::string r =
        R"({"time":")" + time() + R"(.2442191Z","resourceId":"/tenants/)" + kTenant +
        R"(/providers/Microsoft.aadiam","operationName":"Sign-in activity","operationVersion":"1.0","category":"SignInLogs","tenantId":")" +
        kTenant + R"(","resultType":"0","resultSignature":"None","durationMs":0,"callerIpAddress":")" + ip() +
        R"(","correlationId":")" + guid() +
        R"(","identity":"User","Level":4,"location":"FR","properties":{"id":")" + guid() +
        R"(","createdDateTime":")" + time() + R"(Z","userDisplayName":"User","userPrincipalName":")" +
        user() + R"(","userId":")" + user_id() + R"(","appId":")" + app +
        R"(","appDisplayName":"Office 365","ipAddress":")" + ip() +
        R"(","status":{"errorCode":0,"additionalDetails":"MFA requirement satisfied by claim"},)"
        R"("clientAppUsed":"Browser","userAgent":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0",)"
        R"("deviceDetail":{"deviceId":"","operatingSystem":"Windows10","browser":"Chrome 114.0.0","isCompliant":false,"isManaged":false},)"
        R"("location":{"city":"Paris","state":"Ile-de-France","countryOrRegion":"FR","geoCoordinates":{"latitude":48.85,"longitude":2.35}},)"
        R"("mfaDetail":{},"correlationId":")" +
        guid() + R"(","conditionalAccessStatus":"success","appliedConditionalAccessPolicies":[)";
    const std::uint64_t policies = 5 + below(6);
    for (std::uint64_t i = 0; i < policies; ++i) {
      r +=
          std::string(i > 0 ? "," : "") + R"({"id":")" + guid() +
          R"(","displayName":"Require MFA for all users )" + std::to_string(i) +
          R"(","enforcedGrantControls":["Mfa"],"enforcedSessionControls":[],"result":"notApplied","conditionsSatisfied":3,"conditionsNotSatisfied":0})";
    }
    r +=
        R"(],"isInteractive":true,"tokenIssuerType":"AzureAD","authenticationProcessingDetails":[{"key":"Legacy TLS, 3DES","value":"False"},)"
        R"({"key":"Is CAE Token","value":"True"}],"networkLocationDetails":[],"riskDetail":"none","riskLevelAggregated":"none","riskState":"none",)"
        R"("resourceDisplayName":"Microsoft Graph","resourceId":")" +
        resource + R"(","authenticationDetails":[{"authenticationStepDateTime":")" + time() +
        R"(Z","authenticationMethod":"Previously satisfied","succeeded":true,"RequestSequence":1721835164244}],"uniqueTokenIdentifier":")" +
        hex(22) + R"(","sessionId":")" + session() + R"(","authenticationProtocol":")" +
        (attack ? "deviceCode" : "none") +
        R"(","autonomousSystemNumber":64500,"crossTenantAccessType":"none",)"
        R"("homeTenantId":")" +
        kTenant + R"(","privateLinkDetails":{},"__UDI_RequiredFields_EventTime":638123456789012345}})";
    return r;
  }

 private:
  void begin_record() {
    clock_ += 1 + static_cast<std::int64_t>(below(4));
    person_ = below(500);
  }
  static std::string text(const char* name, const std::string& value) {
    return std::string(",\"") + name + "\":\"" + value + "\"";
  }
  /// What all records of the Unified Audit Log begin with.
  std::string head(const char* operation, int type, const char* workload, const std::string& who,
                   int user_type) {
    return R"({"CreationTime":")" + time() + '"' + text("Id", guid()) + text("Operation", operation) +
           text("OrganizationId", kTenant) + R"(,"RecordType":)" + std::to_string(type) +
           text("ResultStatus", "Succeeded") + text("UserKey", "1003200" + hex(9)) + R"(,"UserType":)" +
           std::to_string(user_type) + R"(,"Version":1)" + text("Workload", workload) + text("UserId", who);
  }
  std::string message_id() { return "<" + hex(24) + "@" + hex(6) + ".eurprd04.prod.example>"; }
  /// What records of mailboxes share.
  std::string mailbox(const std::string& owner, const char* client) {
    const std::string from = ip();
    return text("ClientIP", from) + text("ClientIPAddress", from) + text("ClientInfoString", client) +
           R"(,"ExternalAccess":false,"InternalLogonType":0,"LogonType":0)" +
           text("LogonUserSid", "S-1-5-21-" + hex(30)) + text("MailboxGuid", guid_of(20'000 + person_)) +
           text("MailboxOwnerSid", "S-1-5-21-" + hex(30)) + text("MailboxOwnerUPN", owner) +
           text("OrganizationName", "contoso.onmicrosoft.com") +
           text("OriginatingServer", "AM0PR01MB4470 (15.20.7982.032)\\r\\n") + text("SessionId", session());
  }

  std::string login() {
    const std::string from = ip();
    const std::string who = user();
    const std::string id = user_id();
    return head("UserLoggedIn", 15, "AzureActiveDirectory", who, 0) + text("ClientIP", from) +
           text("ObjectId", guid()) +
           R"(,"AzureActiveDirectoryEventType":1,"ExtendedProperties":[{"Name":"ResultStatusDetail","Value":"Success"},)"
           R"({"Name":"UserAgent","Value":"Mozilla\/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit\/537.36 (KHTML, like Gecko) Chrome\/114.0.0.0"},)"
           R"({"Name":"RequestType","Value":"OAuth2:Token"}],"ModifiedProperties":[],"Actor":[{"ID":")" +
           id + R"(","Type":0},{"ID":")" + who + R"(","Type":5}],"ActorContextId":")" + guid() + '"' +
           text("ActorIpAddress", from) + text("InterSystemsId", guid()) + text("IntraSystemId", guid()) +
           R"(,"SupportTicketId":"","Target":[{"ID":")" + guid() + R"(","Type":0}])" +
           text("TargetContextId", guid()) + text("ApplicationId", application()) +
           R"(,"DeviceProperties":[{"Name":"OS","Value":"Windows10"},{"Name":"BrowserType","Value":"Edge"},{"Name":"IsCompliantAndManaged","Value":"False"},)"
           R"({"Name":"SessionId","Value":")" +
           session() + R"("}],"ErrorNumber":"0"})";
  }

  std::string mail_read() {
    const std::string who = user();
    std::string r = head("MailItemsAccessed", 50, "Exchange", who, 0) +
                    mailbox(who, "Client=OWA;Action=ViaProxy") + text("AppId", application()) +
                    R"(,"OperationProperties":[{"Name":"MailAccessType","Value":"Bind"},)"
                    R"({"Name":"IsThrottled","Value":"False"}],"Folders":[{"FolderItems":[)";
    const std::uint64_t items = 1 + below(3);
    for (std::uint64_t i = 0; i < items; ++i) {
      r += std::string(i > 0 ? "," : "") + R"({"InternetMessageId":")" + message_id() +
           R"(","SizeInBytes":)" + std::to_string(9000 + below(90000)) + "}";
    }
    return r + R"(],"Id":"LgAAAAB)" + hex(60) + R"(","Path":"\\Inbox"}],"OperationCount":)" +
           std::to_string(items) + "}";
  }

  std::string mail_item(bool sent) {
    const std::string who = user();
    const std::string folder = R"("ParentFolder":{"Id":"LgAAAAB)" + hex(60) + R"(","Path":")" +
                               (sent ? R"(\\Drafts)" : R"(\\Inbox)") + R"("})";
    const std::string item = R"({"Id":"RgAAAAB)" + hex(80) + R"(","InternetMessageId":")" + message_id() +
                             R"(",)" + folder + R"(,"Subject":"Re: delivery in week 12"})";
    if (sent)
      return head("Send", 2, "Exchange", who, 0) + mailbox(who, "Client=MSExchangeRPC") + R"(,"Item":)" +
             item + "}";
    return head("SoftDelete", 3, "Exchange", who, 0) + mailbox(who, "Client=MSExchangeRPC") +
           R"(,"AffectedItems":[)" + item + R"(],"CrossMailboxOperation":false,"Folder":{"Id":"LgAAAAB)" +
           hex(60) + R"(","Path":"\\Inbox"}})";
  }

  std::string file() {
    static constexpr const char* kOperations[] = {"FileAccessed", "FileModified", "FilePreviewed",
                                                  "FileDownloaded"};
    const std::string name = "Report " + hex(4) + ".xlsx";
    const std::string site = R"(https:\/\/contoso.sharepoint.com\/sites\/sales\/)";
    return head(kOperations[below(4)], 6, "SharePoint", user(), 0) + text("ClientIP", ip()) +
           text("CorrelationId", guid()) + text("EventSource", "SharePoint") + text("ItemType", "File") +
           text("ListId", guid()) + text("ListItemUniqueId", guid()) +
           text("ObjectId", site + R"(Shared Documents\/)" + name) + text("Site", guid()) +
           text("SiteUrl", site) + text("SourceFileExtension", "xlsx") + text("SourceFileName", name) +
           text("SourceRelativeUrl", "Shared Documents") + text("WebId", guid()) +
           text(
               "UserAgent",
               R"(Mozilla\/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit\/537.36 (KHTML, like Gecko) Chrome\/114.0.0.0)") +
           "}";
  }

  std::string service_change() {
    return head("Set-Mailbox", 1, "Exchange", R"(NT AUTHORITY\\SYSTEM (Microsoft.Exchange.ServiceHost))", 3) +
           text(
               "ObjectId",
               R"(EURPR03A010.PROD.OUTLOOK.COM\/Microsoft Exchange Hosted Organizations\/contoso.onmicrosoft.com\/)" +
                   hex(10)) +
           R"(,"ExternalAccess":true,"OrganizationName":"contoso.onmicrosoft.com")" +
           text("OriginatingServer", "AM0PR01MB4470 (15.20.7982.032)") +
           R"(,"Parameters":[{"Name":"Identity","Value":")" + guid() +
           R"("},{"Name":"ProhibitSendQuota","Value":"49.5 GB"},)"
           R"({"Name":"MailboxPlan","Value":"ExchangeOnlineEnterprise"}]})";
  }

  std::string inbox_rule(const std::string& forward_to) {
    return head("New-InboxRule", 1, "Exchange", user(), 2) + text("ClientIP", ip() + ":50312") +
           text("ObjectId", hex(10) + R"(\\Newsletters)") + text("AppId", application()) +
           R"(,"ClientAppId":"","ExternalAccess":false,"OrganizationName":"contoso.onmicrosoft.com",)"
           R"("OriginatingServer":"AM0PR01MB4470 15.20.7982.032","Parameters":[{"Name":"AlwaysDeleteOutlookRulesBlob","Value":"False"},)"
           R"({"Name":"Force","Value":"False"},{"Name":"From","Value":"news@fabrikam.example"},)" +
           (forward_to.empty() ? R"({"Name":"MoveToFolder","Value":"Newsletters"})"
                               : R"({"Name":"ForwardTo","Value":")" + forward_to + R"("})") +
           R"(,{"Name":"Name","Value":"Newsletters"}])" + text("SessionId", session()) + "}";
  }

  std::mt19937_64 random_;
  std::int64_t clock_ = 1'704'067'200;  ///< 2024-01-01, seconds since 1970
  std::uint64_t person_ = 0;
};

}  // namespace shrike::bench
