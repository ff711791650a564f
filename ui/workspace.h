// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panel.h"

#include <QMainWindow>

#include <map>
#include <utility>

class QDockWidget;
class QMenu;
class QSettings;

namespace dinoscope {

/// The docks with all panels of the panel table. By default there are three columns; where a window is narrow or low
/// the rows of a column become tabs. A layout that a person has made is kept in the settings.
class Workspace : public QMainWindow {
    Q_OBJECT

public:
    Workspace(const PanelContext& context, QWidget* parent = nullptr);

    const std::vector<Panel*>& panels() const { return panels_; }
    QDockWidget* dock(const QString& id) const;
    template <class P> P* panel() const {
        for (Panel* panel : panels_)
            if (auto* found = dynamic_cast<P*>(panel))
                return found;
        return nullptr;
    }
    void fillViewMenu(QMenu& menu) const;
    void resetLayout();
    /// Brings one panel to the front with more room than the others: "train", "temperature", "attention".
    void applyLayout(const QString& name);
    void save(QSettings& settings) const;
    /// False if there was nothing that fits.
    bool restore(const QSettings& settings);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void arrange();
    /// Whether the panels of a column share one place, because there is no room for rows.
    bool tabbed(int column) const;
    void size(const std::map<int, int>& widths, const std::map<QString, int>& heights);

    std::vector<Panel*> panels_;
    std::vector<QDockWidget*> docks_; ///< in the order of the panel table
    std::pair<bool, bool> tabs_; ///< of the second and third column, as arranged
    bool isDefault_ = true, arranging_ = false, arranged_ = false;
};

} // namespace dinoscope
