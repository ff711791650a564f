// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/parameters_panel.h"

#include "ui/engine_bridge.h"
#include "ui/live_param.h"
#include "ui/param_binder.h"
#include "ui/run_draft.h"
#include "ui/texts.h"
#include "widgets/param_form.h"

#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QVBoxLayout>

namespace dinoscope {

ParametersPanel::ParametersPanel(const PanelContext& context, QWidget* parent)
    : Panel(context, parent), presets_(new QComboBox(this)), presetHelp_(new QLabel(this)),
      difference_(new QLabel(this)), reset_(new QPushButton(tr("Back to the preset"), this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 8, 4, 0);
    column->setSpacing(8);
    for (const Preset& preset : draft().catalog().presets)
        presets_->addItem(textOf(preset.label), textOf(preset.id));
    presets_->setAccessibleName(tr("Preset"));
    presets_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    presetHelp_->setWordWrap(true);
    presetHelp_->setProperty("muted", true);
    difference_->setWordWrap(true);
    auto* caption = new QLabel(tr("Preset"), this);
    caption->setProperty("heading", true);
    caption->setBuddy(presets_);
    auto* presetRow = new QHBoxLayout;
    presetRow->addWidget(caption);
    presetRow->addWidget(presets_, 1);
    presetRow->setContentsMargins(0, 0, 8, 0);
    auto* resetRow = new QHBoxLayout;
    resetRow->setContentsMargins(0, 0, 8, 0);
    resetRow->addWidget(difference_, 1);
    resetRow->addWidget(reset_);
    form_ = new ParamForm(describeFields(draft().catalog().params));
    auto* scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->viewport()->setAutoFillBackground(false);
    form_->setAutoFillBackground(false);
    form_->layout()->setContentsMargins(0, 0, 8, 8);
    scroll->setWidget(form_);
    column->addLayout(presetRow);
    column->addWidget(presetHelp_);
    column->addLayout(resetRow);
    column->addWidget(scroll, 1);

    connect(presets_, &QComboBox::activated, this,
            [this](int index) { draft().choosePreset(presets_->itemData(index).toString().toStdString()); });
    connect(reset_, &QPushButton::clicked, this, [this] {
        if (draft().preset())
            draft().choosePreset(std::string(draft().preset()->id));
    });
    connect(form_, &ParamForm::edited, this, &ParametersPanel::edit);
    connect(&draft(), &RunDraft::changed, this, [this] {
        showPreset();
        showValues();
    });
    showPreset();
    showValues();
}

void ParametersPanel::setFilter(const QString& words) { form_->setFilter(words); }

void ParametersPanel::onNewRun() {
    pending_.clear();
    for (FieldRow* row : form_->rows())
        row->setState(FieldRow::State::plain);
}

void ParametersPanel::onSnapshot(const Snapshot& snapshot) {
    const bool changed = snapshot.params != runParams_ || snapshot.state != state_;
    state_ = snapshot.state;
    runParams_ = snapshot.params;
    if (changed)
        showValues();
}

bool ParametersPanel::reachesRun(const ParamSpec& spec) const {
    return liveRefusal(spec, state_, runParams_.get()).isEmpty();
}

void ParametersPanel::edit(const QString& id, const QString& text) {
    const ParamSpec* spec = draft().catalog().params.find(id.toStdString());
    FieldRow* row = form_->row(id);
    if (!spec || !row)
        return;
    std::variant<ParamValue, Error> parsed = parseParam(*spec, text.toStdString());
    std::optional<Error> error;
    if (const Error* wrong = std::get_if<Error>(&parsed))
        error = *wrong;
    else
        error = checkParam(*spec, std::get<ParamValue>(parsed));
    if (error) {
        row->setState(FieldRow::State::refused, textOf(error->message));
        return;
    }
    row->setState(FieldRow::State::plain);
    if (reachesRun(*spec))
        postChange(*spec, std::get<ParamValue>(parsed));
    else
        draft().set(spec->id, std::get<ParamValue>(parsed));
}

void ParametersPanel::postChange(const ParamSpec& spec, const ParamValue& value) {
    const std::string id = spec.id;
    form_->row(textOf(id))->setState(FieldRow::State::pending, tr("Sent; waiting for the next step."));
    pending_[id] = sendParam(bridge(), draft(), this, id, value,
                             [this, id](CommandId command, const Acknowledgement& acknowledgement) {
                                 answer(id, command, acknowledgement);
                             });
}

void ParametersPanel::answer(const std::string& id, CommandId command, const Acknowledgement& acknowledgement) {
    const auto waiting = pending_.find(id);
    if (waiting == pending_.end() || waiting->second != command)
        return; // overtaken by a newer change of the same parameter
    pending_.erase(waiting);
    FieldRow* row = form_->row(textOf(id));
    if (acknowledgement.refused)
        row->setState(FieldRow::State::refused, textOf(acknowledgement.refused->message));
    else
        row->setState(FieldRow::State::plain);
    showValues();
}

void ParametersPanel::showValues() {
    for (const ParamSpec& spec : draft().catalog().params.specs()) {
        FieldRow* row = form_->row(textOf(spec.id));
        const ParamValue& planned = draft().params().at(spec.id);
        const ParamValue& value = reachesRun(spec) ? runParams_->at(spec.id) : planned;
        form_->setApplies(textOf(spec.id), applies(spec, draft().params()));
        if (pending_.contains(spec.id))
            continue;
        if (row->state() != FieldRow::State::refused)
            row->setText(textOf(formatParam(value)));
        const ParamValue baseline = draft().presetValue(spec.id);
        row->setBaseline(value == baseline ? QString() : textOf(formatParam(baseline)));
        if (row->state() == FieldRow::State::refused)
            continue;
        const bool later = runParams_ && isAllowed(state_, CommandKind::setParam) && !reachesRun(spec) &&
                           runParams_->at(spec.id) != planned;
        row->setState(later ? FieldRow::State::pending : FieldRow::State::plain,
                      later ? tr("For the next run; this one keeps %1.").arg(valueText(runParams_->at(spec.id)))
                            : QString());
    }
}

void ParametersPanel::showPreset() {
    const Preset* preset = draft().preset();
    const QSignalBlocker quiet(presets_);
    presets_->setCurrentIndex(preset ? presets_->findData(textOf(preset->id)) : -1);
    presetHelp_->setText(preset ? textOf(preset->help) : QString());
    int count = 0;
    for (const ParamSpec& spec : draft().catalog().params.specs())
        count += draft().differsFromPreset(spec.id) ? 1 : 0;
    difference_->setText(count == 0 ? tr("Unchanged") : count == 1 ? tr("1 change") : tr("%1 changes").arg(count));
    reset_->setEnabled(count > 0);
    reset_->setToolTip(count > 0 ? tr("Gives the next run all values of the preset")
                                 : tr("All values are the preset's."));
}

} // namespace dinoscope
