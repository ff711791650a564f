// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/run_bar.h"

#include "ui/engine_bridge.h"
#include "ui/texts.h"
#include "widgets/line_icons.h"
#include "widgets/theme.h"

#include <QAction>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QTextDocumentFragment>
#include <QToolButton>

namespace dinoscope {
namespace {

constexpr int kNarrow = 1250;
constexpr const char* kGap = "&nbsp;&nbsp;&nbsp;";

QString plainOf(const QString& html) { return QTextDocumentFragment::fromHtml(html).toPlainText(); }

} // namespace

RunBar::RunBar(EngineBridge& bridge, QWidget* parent)
    : QToolBar(parent), bridge_(bridge), newRun_(new QAction(tr("New run…"), this)),
      export_(new QAction(tr("Export…"), this)), state_(new QLabel(this)), status_(new QLabel(this)),
      progress_(new QProgressBar(this)), search_(new QLineEdit(this)) {
    setObjectName(QStringLiteral("runBar"));
    setWindowTitle(tr("Run"));
    setMovable(false);
    setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    setIconSize({16, 16});
    newRun_->setShortcut(QKeySequence::New);
    addAction(newRun_);
    addSeparator();
    addCommand(CommandKind::run, tr("Run"), tr("Trains on"), QKeySequence(QStringLiteral("F5")), RunCommand{});
    addCommand(CommandKind::pause, tr("Pause"), tr("Pauses after the step in work"), QKeySequence(QStringLiteral("F6")),
               PauseCommand{});
    addCommand(CommandKind::step, tr("Step"), tr("Makes one training step"), QKeySequence(QStringLiteral("F7")),
               StepCommand{});
    addCommand(CommandKind::stop, tr("Stop"), tr("Ends the run after the step in work"),
               QKeySequence(QStringLiteral("Shift+F5")), StopCommand{});
    addSeparator();
    addCommand(CommandKind::save, tr("Save checkpoint"), tr("Saves a checkpoint after the step in work and keeps it"),
               QKeySequence(QStringLiteral("Ctrl+Shift+S")), SaveCommand{});
    export_->setShortcut(QKeySequence(QStringLiteral("Ctrl+E")));
    addAction(export_);
    addSeparator();
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    state_->setFont(bold);
    state_->setAccessibleName(tr("State of the run"));
    state_->setMargin(4);
    progress_->setFixedSize(72, 6);
    progress_->setTextVisible(false);
    status_->setTextFormat(Qt::RichText);
    status_->installEventFilter(this);
    status_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    status_->setMargin(4);
    search_->setPlaceholderText(tr("Search settings"));
    search_->setAccessibleName(tr("Search settings"));
    search_->setClearButtonEnabled(true);
    search_->setFixedWidth(170);
    lens_ = search_->addAction(QIcon(), QLineEdit::LeadingPosition);
    auto* line = new QWidget(this);
    auto* row = new QHBoxLayout(line);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    row->addWidget(state_);
    row->addWidget(progress_);
    row->addWidget(status_, 1);
    row->addWidget(search_);
    line->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    addWidget(line);
    connect(search_, &QLineEdit::textChanged, this, &RunBar::searched);
    drawIcons();
}

void RunBar::addCommand(CommandKind kind, const QString& text, const QString& tip, const QKeySequence& key,
                        Command command) {
    auto* action = new QAction(text, this);
    action->setShortcut(key);
    actions_.emplace(kind, action);
    tips_.emplace(kind, tr("%1 (%2)").arg(tip, key.toString(QKeySequence::NativeText)));
    addAction(action);
    connect(action, &QAction::triggered, this, [this, command = std::move(command)] {
        bridge_.post(command, this, [this](const Acknowledgement& acknowledgement) {
            if (acknowledgement.refused)
                emit complained(textOf(acknowledgement.refused->message));
            else if (acknowledgement.kind == CommandKind::run || acknowledgement.kind == CommandKind::step)
                emit goesOn();
        });
    });
}

void RunBar::drawIcons() {
    newRun_->setIcon(lineIcon(LineIcon::plus, palette()));
    actions_.at(CommandKind::run)->setIcon(lineIcon(LineIcon::run, palette()));
    actions_.at(CommandKind::pause)->setIcon(lineIcon(LineIcon::pause, palette()));
    actions_.at(CommandKind::step)->setIcon(lineIcon(LineIcon::step, palette()));
    actions_.at(CommandKind::stop)->setIcon(lineIcon(LineIcon::stop, palette()));
    actions_.at(CommandKind::save)->setIcon(lineIcon(LineIcon::save, palette()));
    export_->setIcon(lineIcon(LineIcon::send, palette()));
    lens_->setIcon(lineIcon(LineIcon::search, palette()));
}

void RunBar::changeEvent(QEvent* event) {
    QToolBar::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && lens_) {
        drawIcons();
        show(*bridge_.snapshot());
    }
}

/// Where there is little room the state of the run comes before the words of what has an icon and a tool tip.
void RunBar::resizeEvent(QResizeEvent* event) {
    QToolBar::resizeEvent(event);
    const auto style = width() < kNarrow ? Qt::ToolButtonIconOnly : Qt::ToolButtonTextBesideIcon;
    for (QAction* action : {actions_.at(CommandKind::save), export_})
        if (auto* button = qobject_cast<QToolButton*>(widgetForAction(action));
            button && button->toolButtonStyle() != style)
            button->setToolButtonStyle(style);
}

bool RunBar::eventFilter(QObject* watched, QEvent* event) {
    if (watched == status_ && event->type() == QEvent::Resize)
        fitStatus();
    return QToolBar::eventFilter(watched, event);
}

void RunBar::showWhatIsAllowed(const Snapshot& snapshot) {
    for (const auto& [kind, action] : actions_) {
        QString why = textOf(refusal(snapshot.state, kind));
        if (why.isEmpty() && kind == CommandKind::save && snapshot.run && snapshot.run->runFolder.empty())
            why = tr("This run keeps no folder, so there is no place for a checkpoint.");
        action->setEnabled(why.isEmpty());
        action->setToolTip(why.isEmpty() ? tips_.at(kind) : why);
    }
    const std::string_view noJob = refusal(snapshot.state, CommandKind::startJob);
    export_->setEnabled(noJob.empty());
    export_->setToolTip(noJob.empty() ? tr("Writes networks, features or curves for other programs (%1)")
                                            .arg(export_->shortcut().toString(QKeySequence::NativeText))
                                      : textOf(noJob));
    const std::string_view whyNot = refusal(snapshot.state, CommandKind::open);
    newRun_->setEnabled(whyNot.empty());
    newRun_->setToolTip(whyNot.empty() ? tr("Chooses a preset and starts") : textOf(whyNot));
}

void RunBar::show(const Snapshot& snapshot) {
    showWhatIsAllowed(snapshot);
    const bool pending = snapshot.requestedState != snapshot.state;
    state_->setText(pending ? tr("%1 → %2…").arg(stateText(snapshot.state), stateText(snapshot.requestedState))
                            : stateText(snapshot.state));
    const bool busy = pending || snapshot.state == RunState::starting || snapshot.state == RunState::pausing ||
                      snapshot.state == RunState::stopping || !snapshot.work.what.empty();
    progress_->setRange(
        0, snapshot.work.total > 0 ? static_cast<int>(std::min<std::int64_t>(snapshot.work.total, 1'000'000'000)) : 0);
    progress_->setValue(static_cast<int>(std::min<std::int64_t>(snapshot.work.done, 1'000'000'000)));
    progress_->setVisible(busy);
    parts_ = statusParts(snapshot);
    status_->setToolTip(parts_.join(QLatin1String(kGap)));
    fitStatus();
}

/// As many parts as there is room for; the tool tip has all.
void RunBar::fitStatus() {
    QStringList parts = parts_;
    const int room = status_->contentsRect().width() - 2 * status_->margin();
    const auto plain = [&] { return plainOf(parts.join(QLatin1String(kGap))); };
    const auto fits = [&] { return status_->fontMetrics().horizontalAdvance(plain()) <= room; };
    while (parts.size() > 1 && !fits())
        parts.removeLast();
    status_->setText(fits() ? parts.join(QLatin1String(kGap))
                            : status_->fontMetrics().elidedText(plain(), Qt::ElideRight, room));
}

QStringList RunBar::statusParts(const Snapshot& snapshot) const {
    const QString muted = themeColor(ColorRole::mutedText, palette()).name();
    QStringList parts;
    const auto part = [&](const QString& name, const QString& value) {
        parts << QStringLiteral("<span style='color:%1'>%2</span>&nbsp;%3").arg(muted, name, value.toHtmlEscaped());
    };
    if (!snapshot.work.what.empty())
        parts << workText(snapshot.work).toHtmlEscaped();
    if (snapshot.run) {
        part(tr("step"), snapshot.run->plannedSteps > 0
                             ? tr("%1 of %2").arg(countText(snapshot.step.value), countText(snapshot.run->plannedSteps))
                             : countText(snapshot.step.value));
        part(tr("epoch"), QString::number(snapshot.epoch.value + 1));
        if (snapshot.imagesPerSecond > 0)
            part(tr("images/s"), countText(static_cast<std::int64_t>(snapshot.imagesPerSecond)));
        if (snapshot.secondsLeft >= 0 && snapshot.state != RunState::finished && snapshot.state != RunState::failed)
            part(tr("left"), durationText(snapshot.secondsLeft));
        part(tr("on"), textOf(snapshot.run->device));
    }
    return parts;
}

QString RunBar::statusWords() const { return plainOf(status_->text()); }

} // namespace dinoscope
