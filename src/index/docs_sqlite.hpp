#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace plim::index {

/// One prepared statement of SQLite. Its database must outlive it.
class Statement {
 public:
  /// Parameters count from 1, columns from 0.
  Statement& bind(int parameter, std::string_view text);
  Statement& bind(int parameter, std::int64_t number);
  /// The next row, false when there is none. Errors: io.
  [[nodiscard]] Result<bool> step();
  /// Runs it to its end, and makes it ready for other parameters. Errors: io.
  Result<void> run();
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::int64_t number(int column) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// A SQLite database, for one thread.
class Database {
 public:
  /// Ours, made when missing; an empty path: in memory. Waits a second for another writer.
  /// Errors: io.
  [[nodiscard]] static Result<Database> open(const std::filesystem::path& file);
  /// Somebody else's: read only, no file beside it is made, and nothing in it runs.
  /// Errors: io, also for what is no database.
  [[nodiscard]] static Result<Database> open_foreign(const std::filesystem::path& file);

  Result<void> run(const char* sql);
  [[nodiscard]] Result<Statement> prepare(std::string_view sql);

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  explicit Database(sqlite3* database) : database_(database) {}
  [[nodiscard]] static Result<Database> open(const std::string& name, int flags);

  std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace plim::index
