#include "base/file_access.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "tests/support/temp_folder.h"

namespace vss {
namespace {

using ::testing::HasSubstr;

TEST(FileAccess, SaysWhyAFileCannotBeUsed) {
  const testing::TempFolder folder;
  const std::string file = folder.Path("file");
  EXPECT_TRUE(CheckWritable(file));
  EXPECT_FALSE(CheckAccess(file, F_OK)) << "looking makes nothing";
  std::ofstream(file) << "text";
  EXPECT_TRUE(CheckWritable(file));
  EXPECT_TRUE(CheckAccess(file, R_OK));

  const std::string lost = folder.Path("no/such/file");
  const auto missing = CheckWritable(lost);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, Kind::kInvalid);
  EXPECT_EQ(missing.error().message,
            lost + " cannot be made: " + folder.Path("no/such") + ": No such file or directory");
  EXPECT_EQ(CheckWritable(folder.Path("")).error().message, folder.Path("") + " is a folder");
}

TEST(FileAccess, NamesTheOwnerOfWhatBelongsToAnother) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can be somebody else";
  const testing::TempFolder folder;
  const std::string file = folder.Path("file");
  std::ofstream(file) << "text";
  ASSERT_EQ(chmod(folder.Path("").c_str(), 0755), 0);
  ASSERT_EQ(chmod(file.c_str(), 0600), 0);

  ASSERT_EQ(seteuid(65534), 0);
  const auto refused = CheckWritable(file);
  const auto folder_refused = CheckWritable(folder.Path("other"));
  ASSERT_EQ(seteuid(0), 0);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            file + ": Permission denied; it belongs to root and this process is nobody");
  ASSERT_FALSE(folder_refused);
  EXPECT_THAT(folder_refused.error().message, HasSubstr("belongs to root"));
}

}  // namespace
}  // namespace vss
