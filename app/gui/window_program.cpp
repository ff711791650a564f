// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/window_program.h"

#include "app/gui/command_line.h"
#include "app/gui/display.h"
#include "app/gui/latency_watch.h"
#include "app/gui/signal_watch.h"
#include "engine/api/engine.h"
#include "ui/engine_bridge.h"
#include "ui/main_window.h"
#include "ui/run_draft.h"
#include "ui/unattended_run.h"
#include "ui/workspace.h"

#include <QApplication>
#include <QFileInfo>
#include <QTimer>

#include <iostream>
#include <memory>

namespace dinoscope {
namespace {

constexpr int kFailure = 1, kUsage = 2;
constexpr const char* kDemo = "fashion-mnist-demo";
#ifndef DINOSCOPE_VERSION
#define DINOSCOPE_VERSION "0.1.0"
#endif

int complain(const std::string& sentence, int code) {
    std::cerr << "dinoscope: " << sentence << std::endl;
    return code;
}

/// The draft becomes what the command line says. @throws UsageError.
void fillDraft(RunDraft& draft, const WindowArguments& arguments) {
    if (arguments.demo && !draft.choosePreset(kDemo))
        throw UsageError("This engine has no Fashion-MNIST demo.");
    if (!arguments.preset.empty())
        draft.choosePreset(arguments.preset);
    for (const auto& [id, text] : arguments.values)
        if (const auto error = draft.setText(id, text))
            throw UsageError(error->message);
    draft.maxSteps = arguments.steps;
    draft.maxMinutes = arguments.minutes;
    draft.runFolder = arguments.runFolder;
}

/// Measures while the run trains and prints the line; with --quit the run is then stopped.
std::unique_ptr<LatencyWatch> watchLatency(MainWindow& window, int seconds, bool quit) {
    LatencySchedule schedule;
    schedule.events = static_cast<int>(std::chrono::seconds(seconds) / schedule.interval);
    auto latency = std::make_unique<LatencyWatch>(schedule);
    QObject::connect(&window.bridge(), &EngineBridge::snapshotChanged, latency.get(),
                     [watch = latency.get()](const auto& snapshot) { watch->follow(*snapshot); });
    QObject::connect(latency.get(), &LatencyWatch::reported, &window, [&window, quit](const std::string& line) {
        std::cout << line << std::endl;
        if (window.isVisible())
            for (const QString& title : window.workspace().panelsOutOfSight())
                complain("the panel '" + title.toStdString() + "' was not in sight.", kFailure);
        if (quit && !window.bridge().isClosing() && isAllowed(window.bridge().snapshot()->state, CommandKind::stop))
            window.bridge().post(StopCommand{});
    });
    return latency;
}

int showWindow(QApplication& application, std::unique_ptr<Engine> engine, const WindowArguments& arguments) {
    applyTheme(application, themeNamed(QString::fromStdString(arguments.theme)));
    MainWindow window(std::move(engine));
    const bool unattended = arguments.quit || !arguments.screenshot.empty();
    const bool allPanels = arguments.allPanels || arguments.reportLatency;
    window.setKeepsSettings(!unattended && !allPanels);
    window.setTheme(themeNamed(QString::fromStdString(arguments.theme)));
    window.restoreSettings();
    if (!arguments.theme.empty())
        window.setTheme(themeNamed(QString::fromStdString(arguments.theme)));
    if (arguments.width > 0)
        window.resize(arguments.width, arguments.height);
    if (allPanels) {
        window.workspace().showAllPanels();
        window.showWorkspace();
    }
    fillDraft(window.draft(), arguments);
    const SignalWatch watch([&window] { window.close(); });
    const bool startRun = arguments.demo || !arguments.preset.empty() || arguments.reportLatency;
    UnattendedRun run(window, {startRun, QString::fromStdString(arguments.screenshot), arguments.quit});
    std::unique_ptr<LatencyWatch> latency;
    if (arguments.reportLatency)
        latency = watchLatency(window, arguments.latencySeconds, arguments.quit);
    QObject::connect(&run, &UnattendedRun::done, &window, [&] {
        if (!run.failure().isEmpty())
            complain(run.failure().toStdString(), kFailure);
        if (arguments.quit)
            window.close();
    });
    window.show();
    QTimer::singleShot(0, &run, &UnattendedRun::start);
    if (!arguments.checkpoint.empty())
        window.openCheckpoint(QString::fromStdString(arguments.checkpoint));
    if (!unattended && !startRun && arguments.checkpoint.empty())
        window.offerCrashedRun(QFileInfo(window.draft().suggestedFolder()).path());
    const int code = application.exec();
    if (latency)
        latency->end();
    return code != 0 ? code : run.exitCode();
}

} // namespace

int runWindowProgram(int argc, char** argv, const std::function<std::unique_ptr<Engine>()>& makeEngine) {
    std::unique_ptr<Engine> engine = makeEngine();
    WindowArguments arguments;
    try {
        arguments = readArguments({argv + 1, argv + argc}, engine->catalog());
        if (arguments.help) {
            std::cout << helpText(engine->catalog());
            return 0;
        }
        if (arguments.version) {
            std::cout << "dinoscope " << DINOSCOPE_VERSION << std::endl;
            return 0;
        }
        if (const std::string missing = missingDisplay(arguments.forQt); !missing.empty())
            return complain(missing, kFailure);
        std::vector<std::string> words{argv[0]};
        words.insert(words.end(), arguments.forQt.begin(), arguments.forQt.end());
        std::vector<char*> pointers;
        pointers.reserve(words.size() + 1);
        for (std::string& word : words)
            pointers.push_back(word.data());
        int count = static_cast<int>(pointers.size());
        pointers.push_back(nullptr);
        QApplication application(count, pointers.data());
        QApplication::setOrganizationName(QStringLiteral("Dinoscope"));
        QApplication::setApplicationName(QStringLiteral("dinoscope"));
        QApplication::setApplicationDisplayName(QStringLiteral("Dinoscope"));
        QApplication::setApplicationVersion(QStringLiteral(DINOSCOPE_VERSION));
        return showWindow(application, std::move(engine), arguments);
    } catch (const UsageError& error) {
        return complain(error.what(), kUsage);
    } catch (const std::exception& error) {
        return complain(error.what(), kFailure);
    }
}

} // namespace dinoscope
