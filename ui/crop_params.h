// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/command.h"
#include "engine/api/snapshot.h"

#include <QWidget>

#include <map>
#include <vector>

class QComboBox;
class QSpinBox;
class QToolButton;

namespace dinoscope {

class EngineBridge;
class RangeField;
class RunDraft;

/// The parameters that decide what crops are cut, as far as the engine has them, in a strip that folds away under a
/// line which names their values. A change goes to the open run and is shown as its value once the run has it; where
/// it cannot, the control is disabled and says why. The two ends of a scale are sent so that they never cross.
class CropParams : public QWidget {
    Q_OBJECT

public:
    CropParams(EngineBridge& bridge, RunDraft& draft, QWidget* parent = nullptr);
    /// `isPast`: what is looked at is a moment of the past, which cannot be changed.
    void follow(const Snapshot& snapshot, bool isPast);
    /// By the id of its lower end; null if the engine has none of that name. The same for the others.
    RangeField* range(const std::string& lowId) const;
    QSpinBox* number(const std::string& id) const;
    QComboBox* choice(const std::string& id) const;
    QToolButton& head() const { return *head_; }
    /// Values of all parameters that decide crops and who sees them.
    static std::map<std::string, ParamValue> valuesOf(const ParamSet& params);

signals:
    /// The run has taken no change; a sentence says why. Empty: it has taken the newest.
    void refused(const QString& sentence);

private:
    struct Range {
        const ParamSpec *low, *high;
        RangeField* field;
    };
    struct Number {
        const ParamSpec* spec;
        QSpinBox* box;
    };
    struct Choice {
        const ParamSpec* spec;
        QComboBox* box;
    };
    QWidget* makeBody();
    void addRange(QLayout& flow, QWidget* body, const char* lowId, const char* highId, const QString& label);
    void addNumber(QLayout& flow, QWidget* body, const char* id, const QString& label);
    void addChoice(QLayout& flow, QWidget* body, const char* id, const QString& label);
    void sendRange(const Range& range, double low, double high);
    void send(const ParamSpec& spec, ParamValue value);
    void showValues();
    void showReasons();
    QString whyNot(const ParamSpec& spec) const;
    /// What the run has, or will have when it has taken what was sent.
    ParamValue valueOf(const ParamSpec& spec) const;
    QString summary() const;

    EngineBridge& bridge_;
    RunDraft& draft_;
    QToolButton* head_;
    QWidget* body_ = nullptr; ///< what folds away
    std::vector<Range> ranges_;
    std::vector<Number> numbers_;
    std::vector<Choice> choices_;
    std::map<std::string, std::pair<CommandId, ParamValue>> sent_;
    std::shared_ptr<const ParamSet> params_;
    RunState state_ = RunState::empty;
    bool isPast_ = false;
};

} // namespace dinoscope
