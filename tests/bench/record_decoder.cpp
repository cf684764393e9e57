// What the forward pass costs beside its floor (simdjson stage 1) and its yardstick (a hand-written On-Demand
// pass that takes out the same dozen fields and {Name, Value} lists). The variants run interleaved in one
// process; medians and ratios are printed, because bare rates swing on shared machines. Records are
// generated, the same ones in every run.
#include <simdjson.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "runtime/record_decoder.hpp"

namespace {

using shrike::RawPath;
using shrike::RecordDecoder;

std::uint64_t sink = 0;

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
  std::string user() { return "user" + std::to_string(below(500)) + "@contoso.onmicrosoft.com"; }
  std::string ip() {
    return std::to_string(1 + below(220)) + "." + std::to_string(below(256)) + "." +
           std::to_string(below(256)) + ".7";
  }
  std::string time() {
    char text[32];
    std::snprintf(text, sizeof text, "2024-%02u-%02uT%02u:%02u:%02u", static_cast<unsigned>(1 + below(12)),
                  static_cast<unsigned>(1 + below(28)), static_cast<unsigned>(below(24)),
                  static_cast<unsigned>(below(60)), static_cast<unsigned>(below(60)));
    return text;
  }

  std::string audit() {
    const bool signin = below(3) == 0;
    std::string r =
        R"({"CreationTime":")" + time() + R"(","Id":")" + guid() + R"(","Operation":")" +
        (signin ? "UserLoggedIn" : "New-InboxRule") + R"(","OrganizationId":")" + guid() +
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

  std::string signin() {
    std::string r =
        R"({"time":")" + time() + R"(.2442191Z","resourceId":"/tenants/)" + guid() +
        R"(/providers/Microsoft.aadiam","operationName":"Sign-in activity","operationVersion":"1.0","category":"SignInLogs","tenantId":")" +
        guid() + R"(","resultType":"0","resultSignature":"None","durationMs":0,"callerIpAddress":")" + ip() +
        R"(","correlationId":")" + guid() +
        R"(","identity":"User","Level":4,"location":"FR","properties":{"id":")" + guid() +
        R"(","createdDateTime":")" + time() + R"(Z","userDisplayName":"User","userPrincipalName":")" +
        user() + R"(","userId":")" + guid() + R"(","appId":")" + guid() +
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
        guid() + R"(","authenticationDetails":[{"authenticationStepDateTime":")" + time() +
        R"(Z","authenticationMethod":"Previously satisfied","succeeded":true,"RequestSequence":1721835164244}],"uniqueTokenIdentifier":")" +
        hex(22) + R"(","sessionId":")" + guid() +
        R"(","authenticationProtocol":"none","autonomousSystemNumber":64500,"crossTenantAccessType":"none",)"
        R"("homeTenantId":")" +
        guid() + R"(","privateLinkDetails":{},"__UDI_RequiredFields_EventTime":638123456789012345}})";
    return r;
  }

 private:
  std::mt19937_64 random_;
};

/// The yardstick for audit records: one On-Demand pass, a dozen fields and the lists of pairs as views.
class OnDemandAudit {
 public:
  void pass(std::string_view line) {
    pairs_.clear();
    for (std::string_view& field : fields_) field = {};
    auto document = parser_.iterate(line.data(), line.size(), line.size() + simdjson::SIMDJSON_PADDING);
    for (auto field : document.get_object()) {
      const auto key = field.key().value_unsafe();
      switch (key.raw()[0]) {
        case 'A':
          if (key.unsafe_is_equal("ApplicationId"))
            take(0, field);
          else if (key.unsafe_is_equal("ActorIpAddress"))
            take(1, field);
          break;
        case 'C':
          if (key.unsafe_is_equal("CreationTime"))
            take(2, field);
          else if (key.unsafe_is_equal("ClientIP"))
            take(3, field);
          break;
        case 'D':
          if (key.unsafe_is_equal("DeviceProperties")) take_pairs(field);
          break;
        case 'E':
          if (key.unsafe_is_equal("ExtendedProperties"))
            take_pairs(field);
          else if (key.unsafe_is_equal("ErrorNumber"))
            take(4, field);
          break;
        case 'I':
          if (key.unsafe_is_equal("Id")) take(5, field);
          break;
        case 'O':
          if (key.unsafe_is_equal("Operation"))
            take(6, field);
          else if (key.unsafe_is_equal("OrganizationId"))
            take(7, field);
          else if (key.unsafe_is_equal("ObjectId"))
            take(8, field);
          break;
        case 'P':
          if (key.unsafe_is_equal("Parameters")) take_pairs(field);
          break;
        case 'R':
          if (key.unsafe_is_equal("RecordType"))
            sink += static_cast<std::uint64_t>(field.value().get_int64().value_unsafe());
          else if (key.unsafe_is_equal("ResultStatus"))
            take(9, field);
          break;
        case 'S':
          if (key.unsafe_is_equal("SessionId")) take(10, field);
          break;
        case 'U':
          if (key.unsafe_is_equal("UserId")) take(11, field);
          break;
        default:
          break;
      }
    }
    sink += pairs_.size() + fields_[2].size() + fields_[6].size() + fields_[11].size();
  }

 private:
  template <class Field>
  void take(std::size_t index, Field& field) {
    fields_[index] = field.value().get_string().value_unsafe();
  }
  template <class Field>
  void take_pairs(Field& field) {
    for (auto element : field.value().get_array()) {
      std::string_view name;
      std::string_view value;
      for (auto member : element.get_object()) {
        const auto key = member.key().value_unsafe();
        if (key.unsafe_is_equal("Name"))
          name = member.value().get_string().value_unsafe();
        else if (key.unsafe_is_equal("Value"))
          value = member.value().get_string().value_unsafe();
      }
      pairs_.emplace_back(name, value);
    }
  }

  simdjson::ondemand::parser parser_;
  std::array<std::string_view, 12> fields_;
  std::vector<std::pair<std::string_view, std::string_view>> pairs_;
};

/// The same for sign-ins: fields of the envelope and of three nested objects.
class OnDemandSignin {
 public:
  void pass(std::string_view line) {
    for (std::string_view& field : fields_) field = {};
    auto document = parser_.iterate(line.data(), line.size(), line.size() + simdjson::SIMDJSON_PADDING);
    for (auto field : document.get_object()) {
      const auto key = field.key().value_unsafe();
      if (key.unsafe_is_equal("time"))
        take(0, field);
      else if (key.unsafe_is_equal("category"))
        take(1, field);
      else if (key.unsafe_is_equal("callerIpAddress"))
        take(2, field);
      else if (key.unsafe_is_equal("resultType"))
        take(3, field);
      else if (key.unsafe_is_equal("tenantId"))
        take(4, field);
      else if (key.unsafe_is_equal("properties"))
        properties(field);
    }
    sink += fields_[0].size() + fields_[5].size();
  }

 private:
  template <class Field>
  void take(std::size_t index, Field& field) {
    fields_[index] = field.value().get_string().value_unsafe();
  }
  template <class Field>
  void properties(Field& outer) {
    for (auto field : outer.value().get_object()) {
      const auto key = field.key().value_unsafe();
      if (key.unsafe_is_equal("userPrincipalName"))
        take(5, field);
      else if (key.unsafe_is_equal("appId"))
        take(6, field);
      else if (key.unsafe_is_equal("userAgent"))
        take(7, field);
      else if (key.unsafe_is_equal("sessionId"))
        take(8, field);
      else if (key.unsafe_is_equal("uniqueTokenIdentifier"))
        take(9, field);
      else if (key.unsafe_is_equal("status"))
        number(field, "errorCode");
      else if (key.unsafe_is_equal("location"))
        text(field, "countryOrRegion", 10);
      else if (key.unsafe_is_equal("deviceDetail"))
        text(field, "deviceId", 11);
    }
  }
  template <class Field>
  void number(Field& outer, std::string_view name) {
    for (auto field : outer.value().get_object()) {
      if (field.key().value_unsafe().unsafe_is_equal(name))
        sink += static_cast<std::uint64_t>(field.value().get_int64().value_unsafe());
    }
  }
  template <class Field>
  void text(Field& outer, std::string_view name, std::size_t index) {
    for (auto field : outer.value().get_object()) {
      if (field.key().value_unsafe().unsafe_is_equal(name)) take(index, field);
    }
  }

  simdjson::ondemand::parser parser_;
  std::array<std::string_view, 12> fields_;
};

struct Variant {
  const char* name;
  std::function<void(std::string_view)> pass;
  std::vector<double> nanoseconds;
};

void compare(const char* title, const Lines& lines, std::vector<Variant> variants) {
  constexpr int kRounds = 401;
  const double size = static_cast<double>(lines.buffer.size()) / static_cast<double>(lines.places.size());
  for (int round = 0; round < kRounds + 2; ++round) {
    for (Variant& variant : variants) {
      const auto begin = std::chrono::steady_clock::now();
      for (std::size_t i = 0; i < lines.places.size(); ++i) variant.pass(lines.line(i));
      const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
      if (round >= 2) variant.nanoseconds.push_back(took.count() / static_cast<double>(lines.places.size()));
    }
  }
  std::printf("%s, %.0f bytes on average, medians of %d\n", title, size, kRounds);
  double floor = 0;
  for (Variant& variant : variants) {
    auto& times = variant.nanoseconds;
    std::nth_element(times.begin(), times.begin() + kRounds / 2, times.end());
    const double median = times[kRounds / 2];
    if (floor == 0) floor = median;
    std::printf("  %-44s %7.0f ns  %5.2f GB/s  %5.2f x stage 1\n", variant.name, median, size / median,
                median / floor);
  }
}

void run(const char* title, Lines lines, std::span<const RawPath> paths,
         std::function<void(std::string_view)> on_demand) {
  lines.buffer.append(simdjson::SIMDJSON_PADDING, ' ');
  std::unique_ptr<simdjson::internal::dom_parser_implementation> stage;
  if (simdjson::get_active_implementation()->create_dom_parser_implementation(1 << 16, 1, stage) !=
      simdjson::SUCCESS)
    return;
  RecordDecoder decoder(paths, {});
  shrike::Arena arena;
  compare(title, lines,
          {{"simdjson stage 1",
            [&](std::string_view line) {
              sink += stage->stage1(reinterpret_cast<const std::uint8_t*>(line.data()), line.size(),
                                    simdjson::stage1_mode::regular) == simdjson::SUCCESS;
              sink += stage->n_structural_indexes;
            },
            {}},
           {"On-Demand by hand", std::move(on_demand), {}},
           {"RecordDecoder", [&](std::string_view line) { sink += decoder.decode(line).has_value(); }, {}},
           {"RecordDecoder and value() of every path",
            [&](std::string_view line) {
              arena.reset();
              sink += decoder.decode(line).has_value();
              for (std::size_t p = 0; p < paths.size(); ++p) sink += decoder.value(p, arena).size;
            },
            {}}});
}

}  // namespace

int main() {
  Writer writer(1);
  Lines audit;
  Lines signin;
  for (int i = 0; i < 1000; ++i) audit.add(writer.audit());
  for (int i = 0; i < 400; ++i) signin.add(writer.signin());

  const std::vector<RawPath> audit_paths = {{"ApplicationId"},   {"ActorIpAddress"}, {"CreationTime"},
                                            {"ClientIP"},        {"ErrorNumber"},    {"Id"},
                                            {"Operation"},       {"OrganizationId"}, {"ObjectId"},
                                            {"ResultStatus"},    {"SessionId"},      {"UserId"},
                                            {"RecordType"},      {"Parameters"},     {"ExtendedProperties"},
                                            {"DeviceProperties"}};
  const std::vector<RawPath> signin_paths = {{"time"},
                                             {"category"},
                                             {"callerIpAddress"},
                                             {"resultType"},
                                             {"tenantId"},
                                             {"properties", "userPrincipalName"},
                                             {"properties", "appId"},
                                             {"properties", "userAgent"},
                                             {"properties", "sessionId"},
                                             {"properties", "uniqueTokenIdentifier"},
                                             {"properties", "status", "errorCode"},
                                             {"properties", "location", "countryOrRegion"},
                                             {"properties", "deviceDetail", "deviceId"}};
  OnDemandAudit audit_by_hand;
  OnDemandSignin signin_by_hand;
  run("audit records", std::move(audit), audit_paths,
      [&](std::string_view line) { audit_by_hand.pass(line); });
  run("sign-in records", std::move(signin), signin_paths,
      [&](std::string_view line) { signin_by_hand.pass(line); });
  std::printf("(%llu)\n", static_cast<unsigned long long>(sink));
  return 0;
}
