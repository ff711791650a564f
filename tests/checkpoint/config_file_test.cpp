// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/api/config_file.h"

#include "engine/api/fields.h"
#include "tests/support/scratch_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace dinoscope {
namespace {

ParamTable someTable() {
    std::int64_t count = 7;
    double rate = 3;
    bool flag = true;
    std::string text = "a \"quoted\" \\ path";
    FieldList fields;
    fields.add("run.count", count, "Count").range(0, 1000000).help("How many.");
    fields.add("optim.rate", rate, "Rate").unit("1/s").range(0, 1e9).help("How fast.");
    fields.add("optim.flag", flag, "Flag").help("Whether.");
    fields.add("data.path", text, "Path").help("Where.");
    return ParamTable(fields.specs());
}

std::string errorOf(const std::string& content) {
    testing::ScratchFolder temporary;
    std::ofstream(temporary / "c.toml") << content;
    const ParamTable table = someTable();
    ParamSet params(table);
    const auto error = readConfigFile(temporary / "c.toml", table, params);
    return error ? error->message : "no error";
}

TEST(ConfigFile, ComesBackAsItWasWritten) {
    testing::ScratchFolder temporary;
    const ParamTable table = someTable();
    ParamSet params(table);
    for (const double rate : {3.0, 0.1, 1e-6, 123456789.125, 1e9}) {
        ASSERT_FALSE(params.set(table, "optim.rate", rate));
        std::ofstream(temporary / "c.toml") << configText(table, params, "Settings");
        ParamSet read(table);
        EXPECT_FALSE(readConfigFile(temporary / "c.toml", table, read));
        EXPECT_EQ(read, params) << rate;
    }
}

TEST(ConfigFile, CommentsEveryValue) {
    const ParamTable table = someTable();
    const std::string text = configText(table, ParamSet(table), "Settings of a run");
    EXPECT_THAT(text, ::testing::HasSubstr("# Settings of a run\n"));
    EXPECT_THAT(text, ::testing::HasSubstr("[optim]\n# Rate (1/s). How fast.\nrate = 3.0\n"));
}

TEST(ConfigFile, NamesWhatIsWrong) {
    using ::testing::HasSubstr;
    EXPECT_THAT(errorOf("[optim]\nrat = 1.0\n"), HasSubstr("did you mean 'optim.rate'"));
    EXPECT_THAT(errorOf("[optim]\nrate = \"x\"\n"), HasSubstr("'optim.rate'"));
    EXPECT_THAT(errorOf("[optim]\nrate = -1\n"), HasSubstr("must be from 0"));
    EXPECT_THAT(errorOf("[optim]\nrate = [1]\n"), HasSubstr("'optim.rate'"));
    EXPECT_THAT(errorOf("rate = 1\n"), HasSubstr("outside of a table"));
    EXPECT_THAT(errorOf("[optim]\nrate = = 1\n"), HasSubstr("line 2"));
    const ParamTable table = someTable();
    ParamSet params(table);
    EXPECT_TRUE(readConfigFile("/nowhere/c.toml", table, params));
}

} // namespace
} // namespace dinoscope
