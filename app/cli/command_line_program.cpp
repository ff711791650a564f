// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command_line_program.h"

#include "app/cli/commands.h"
#include "app/cli/failure.h"

#include <CLI/CLI.hpp>

#include <csignal>
#include <iostream>

namespace dinoscope {
namespace {

#ifndef DINOSCOPE_VERSION
#define DINOSCOPE_VERSION "0.1.0"
#endif

int complain(const std::string& sentence, int code) {
    std::cerr << "dinoscope-cli: " << sentence << std::endl;
    return code;
}

} // namespace

int runCommandLineProgram(int argc, char** argv, const std::function<std::unique_ptr<Engine>()>& makeEngine) {
    std::signal(SIGPIPE, SIG_IGN); // a reader that goes away must not end a run
    try {
        const EngineCatalog catalog = makeEngine()->catalog();
        CLI::App program("Dinoscope without a screen: a laboratory for self-distillation with no labels.",
                         "dinoscope-cli");
        program.set_version_flag("--version", "dinoscope-cli " DINOSCOPE_VERSION);
        program.require_subcommand(1);
        program.footer("Exit status: 0 done, 1 failure, 2 wrong usage, 130 ended at once by signals. 'dinoscope-cli "
                       "COMMAND --help' lists the "
                       "options of a command.");
        Action action;
        const Choose choose = [&](Action chosen) { action = std::move(chosen); };
        addTrainCommand(program, catalog, makeEngine, choose);
        addParamsCommand(program, catalog, choose);
        addEvalCommand(program, makeEngine, choose);
        addExportCommand(program, makeEngine, choose);
        addInspectCommand(program, makeEngine, choose);
        addRunsCommand(program, makeEngine, choose);
        addScanCommand(program, makeEngine, choose);
        addVerifyCommand(program, makeEngine, choose);
        addBenchCommand(program, catalog, makeEngine, choose);
        try {
            program.parse(argc, argv);
        } catch (const CLI::ParseError& error) {
            if (error.get_exit_code() == 0)
                return program.exit(error);
            return complain(std::string(error.what()) + "; see 'dinoscope-cli --help'.", kUsageCode);
        }
        action();
        if (!std::cout.flush())
            throw Failure("The result could not be written to standard output.", kFailureCode);
        return 0;
    } catch (const Failure& failure) {
        return complain(failure.what(), failure.code());
    } catch (const std::exception& error) {
        return complain(error.what(), kFailureCode);
    }
}

} // namespace dinoscope
