#include "auth/key_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <thread>
#include <utility>
#include <vector>

#include "crypto/hex.h"
#include "tests/support/temp_folder.h"

namespace {

// The inodes of what has been flushed.
std::vector<ino_t>& Flushed() {
  static std::vector<ino_t> inodes;
  return inodes;
}

ino_t InodeOf(const std::string& path) {
  struct stat status = {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_ino;
}

}  // namespace

// In place of the system's, for this whole program.
extern "C" int fsync(int file) {
  struct stat status = {};
  if (::fstat(file, &status) == 0 && Flushed().size() < Flushed().capacity()) {
    Flushed().push_back(status.st_ino);
  }
  return static_cast<int>(::syscall(SYS_fsync, file));
}

namespace vss::auth {
namespace {

using ::testing::Contains;

class KeyFiles : public ::testing::Test {
 protected:
  std::string Folder() const { return folder_.Path("keys"); }
  std::string File() const { return folder_.Path("keys/key"); }
  void Write(const std::string& text) {
    ::mkdir(Folder().c_str(), 0700);
    std::ofstream(File()) << text;
    ::chmod(File().c_str(), 0600);
  }
  Result<KeyFile> Load() { return LoadOrMakeKeyFile(File(), entropy_); }

  testing::TempFolder folder_;
  SystemEntropy entropy_;
};

TEST_F(KeyFiles, IsMadeOnceAndKept) {
  const auto made = Load();
  ASSERT_TRUE(made);
  EXPECT_TRUE(made->is_new);
  const auto again = Load();
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->is_new);
  EXPECT_EQ(made->key.PublicKey(), again->key.PublicKey());
}

// The folder is an entry of another one, and gone with it after a power cut unless that is flushed.
TEST_F(KeyFiles, IsFlushedUpToTheFolderOfItsFolder) {
  for (const bool is_new : {true, false}) {  // Made by us, or by somebody else just now.
    Flushed().clear();
    Flushed().reserve(10);
    const auto key = Load();
    const std::vector<ino_t> flushed = std::exchange(Flushed(), {});
    ASSERT_TRUE(key);
    EXPECT_EQ(key->is_new, is_new);
    EXPECT_THAT(flushed, Contains(InodeOf(Folder())));
    EXPECT_THAT(flushed, Contains(InodeOf(folder_.Path(""))));
    const ino_t file = InodeOf(File());
    EXPECT_TRUE(!is_new || std::ranges::count(flushed, file) > 0);
  }
}

TEST_F(KeyFiles, IsTheOwnersOnly) {
  ASSERT_TRUE(Load());
  struct stat status = {};
  ASSERT_EQ(::stat(File().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_EQ(status.st_size, 64);
  EXPECT_FALSE(Load()->is_exposed);
  ::chmod(File().c_str(), 0644);
  EXPECT_TRUE(Load()->is_exposed);
}

TEST_F(KeyFiles, OfTheOriginalProgramsIsAcceptedAsItIs) {
  for (const std::string& blanks : {std::string(), std::string("\n"), std::string(" \r\n")}) {
    Write(std::string(64, '2') + blanks);
    const auto key = Load();
    ASSERT_TRUE(key);
    EXPECT_EQ(crypto::EncodeHex(key->key.PublicKey()),
              "02466d7fcae563e5cb09a0d1870bb580344804617879a14949cf22285f1bae3f27");
  }
}

TEST_F(KeyFiles, WhatIsNoneIsNotReplaced) {
  for (const std::string& text :
       {std::string(), std::string(63, '2'), std::string(64, 'g'), std::string(64, '0'),
        std::string(64, 'f'), std::string(65, '2'), std::string(300, '2')}) {
    Write(text);
    const auto key = Load();
    ASSERT_FALSE(key) << text;
    EXPECT_EQ(key.error().kind, Kind::kInvalid);
    std::ifstream file(File());
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), text);
  }
}

TEST_F(KeyFiles, IsTheSameForServersThatStartAtOnce) {
  std::vector<std::string> ids(8);
  {
    std::vector<std::jthread> servers;
    servers.reserve(ids.size());
    for (std::string& id : ids) {
      servers.emplace_back([this, &id] { id = crypto::EncodeHex(Load()->key.PublicKey()); });
    }
  }
  EXPECT_EQ(ids, std::vector<std::string>(8, ids.front()));
}

TEST_F(KeyFiles, SaysWhereItCannotBe) {
  const auto key = LoadOrMakeKeyFile(folder_.Path("no/such/key"), entropy_);
  ASSERT_FALSE(key);
  EXPECT_NE(key.error().message.find("no/such"), std::string::npos) << key.error().message;
}

}  // namespace
}  // namespace vss::auth
