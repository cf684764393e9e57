// The yardsticks of the forward pass: simdjson On-Demand used by hand, one pass over a record that takes out
// the fields that the rules read. Both are as fast as such code gets without checking what it steps over.
// Read next: rule_set.cpp, record_decoder.cpp.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include <simdjson.h>

#include "tests/bench/interleaved.hpp"

namespace shrike::bench {

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

/// What the standard library reads of ordinary audit records, and no more: seen by counting, so that the
/// engine is compared with the least that could be read.
class OnDemandAuditRules {
 public:
  void pass(std::string_view line) {
    pairs_.clear();
    for (std::string_view& field : fields_) field = {};
    auto document = parser_.iterate(line.data(), line.size(), line.size() + simdjson::SIMDJSON_PADDING);
    for (auto field : document.get_object()) {
      const auto key = field.key().value_unsafe();
      switch (key.raw()[0]) {
        case 'A':
          if (key.unsafe_is_equal("AppId"))
            take(0, field);
          else if (key.unsafe_is_equal("ApplicationId"))
            take(1, field);
          else if (key.unsafe_is_equal("AadAppId"))
            take(2, field);
          break;
        case 'C':
          if (key.unsafe_is_equal("CreationTime"))
            take(3, field);
          else if (key.unsafe_is_equal("ClientInfoString"))
            take(4, field);
          else if (key.unsafe_is_equal("ClientAppId"))
            take(5, field);
          break;
        case 'E':
          if (key.unsafe_is_equal("ExtendedProperties")) take_pairs(field);
          break;
        case 'O':
          if (key.unsafe_is_equal("Operation"))
            take(6, field);
          else if (key.unsafe_is_equal("OrganizationId"))
            take(7, field);
          else if (key.unsafe_is_equal("OperationProperties"))
            take_pairs(field);
          break;
        case 'P':
          if (key.unsafe_is_equal("Parameters")) take_pairs(field);
          break;
        case 'R':
          if (key.unsafe_is_equal("RecordType"))
            sink += static_cast<std::uint64_t>(field.value().get_int64().value_unsafe());
          break;
        case 'U':
          if (key.unsafe_is_equal("UserId"))
            take(8, field);
          else if (key.unsafe_is_equal("UserType"))
            sink += static_cast<std::uint64_t>(field.value().get_int64().value_unsafe());
          break;
        case 'W':
          if (key.unsafe_is_equal("Workload")) take(9, field);
          break;
        default:
          break;
      }
    }
    sink += pairs_.size() + fields_[3].size() + fields_[6].size() + fields_[8].size();
  }

 private:
  template <class Field>
  void take(std::size_t index, Field& field) {
    fields_[index] = field.value().raw_json_token().value_unsafe();
  }
  template <class Field>
  void take_pairs(Field& field) {
    for (auto element : field.value().get_array()) {
      std::string_view name;
      std::string_view value;
      for (auto member : element.get_object()) {
        const auto key = member.key().value_unsafe();
        if (key.unsafe_is_equal("Name"))
          name = member.value().raw_json_token().value_unsafe();
        else if (key.unsafe_is_equal("Value"))
          value = member.value().raw_json_token().value_unsafe();
      }
      pairs_.emplace_back(name, value);
    }
  }

  simdjson::ondemand::parser parser_;
  std::array<std::string_view, 10> fields_;
  std::vector<std::pair<std::string_view, std::string_view>> pairs_;
};

/// The same for Azure Monitor sign-ins.
class OnDemandSigninRules {
 public:
  void pass(std::string_view line) {
    for (std::string_view& field : fields_) field = {};
    auto document = parser_.iterate(line.data(), line.size(), line.size() + simdjson::SIMDJSON_PADDING);
    for (auto field : document.get_object()) {
      const auto key = field.key().value_unsafe();
      if (key.unsafe_is_equal("category"))
        take(0, field);
      else if (key.unsafe_is_equal("tenantId"))
        take(1, field);
      else if (key.unsafe_is_equal("properties"))
        properties(field);
    }
    sink += fields_[0].size() + fields_[2].size();
  }

 private:
  template <class Field>
  void take(std::size_t index, Field& field) {
    fields_[index] = field.value().raw_json_token().value_unsafe();
  }
  template <class Field>
  void properties(Field& outer) {
    for (auto field : outer.value().get_object()) {
      const auto key = field.key().value_unsafe();
      switch (key.raw()[0]) {
        case 'a':
          if (key.unsafe_is_equal("appId"))
            take(2, field);
          else if (key.unsafe_is_equal("authenticationProtocol"))
            take(3, field);
          break;
        case 'c':
          if (key.unsafe_is_equal("createdDateTime"))
            take(4, field);
          else if (key.unsafe_is_equal("clientAppUsed"))
            take(5, field);
          break;
        case 'i':
          if (key.unsafe_is_equal("isInteractive")) sink += field.value().get_bool().value_unsafe() ? 1u : 0u;
          break;
        case 'r':
          if (key.unsafe_is_equal("resourceId")) take(6, field);
          break;
        case 's':
          if (key.unsafe_is_equal("status"))
            error_code(field);
          else if (key.unsafe_is_equal("servicePrincipalId"))
            take(7, field);
          break;
        case 'u':
          if (key.unsafe_is_equal("userPrincipalName"))
            take(8, field);
          else if (key.unsafe_is_equal("userAgent"))
            take(9, field);
          break;
        default:
          break;
      }
    }
  }
  template <class Field>
  void error_code(Field& outer) {
    for (auto field : outer.value().get_object()) {
      if (field.key().value_unsafe().unsafe_is_equal("errorCode"))
        sink += static_cast<std::uint64_t>(field.value().get_int64().value_unsafe());
    }
  }

  simdjson::ondemand::parser parser_;
  std::array<std::string_view, 10> fields_;
};

}  // namespace shrike::bench
