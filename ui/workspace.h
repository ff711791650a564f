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

struct PanelPlace;

/// The docks with all panels of the panel table. By default there are three columns; where a window is narrow or low
/// the rows of a column become tabs. A layout that a person has made is kept in the settings. On request all panels are
/// in sight at once, whatever the size.
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
    /// In the panel of that id, which comes to the front.
    void showPicture(const QString& id, const PictureRef& picture);
    void fillViewMenu(QMenu& menu) const;
    void resetLayout();
    /// The three columns with a row for every panel and no tab, also where that makes the window larger; until the
    /// layout is reset. What is a tab by default goes below the column that needs the least height.
    void showAllPanels();
    /// Titles of the panels of which nothing can be seen in the window: closed, behind a tab or out of its bounds.
    QStringList panelsOutOfSight() const;
    /// Brings one panel to the front with more room than the others: "train", "temperature", "attention".
    void applyLayout(const QString& name);
    void save(QSettings& settings) const;
    /// False if there was nothing that fits.
    bool restore(const QSettings& settings);

protected:
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    void arrange();
    void arrangeSoon();
    /// By the panel table, in its order; without tabs if all panels are to be in sight.
    std::vector<PanelPlace> places() const;
    /// Whether the panels of a column share one place, because there is no room for rows.
    bool tabbed(int column) const;
    void size(const std::map<int, int>& widths, const std::map<QString, int>& heights);

    std::vector<Panel*> panels_;
    std::vector<QDockWidget*> docks_; ///< in the order of the panel table
    std::pair<bool, bool> tabs_;      ///< of the second and third column, as arranged
    QByteArray toRestore_;            ///< when it is shown
    bool isDefault_ = true, arranging_ = false, arranged_ = false, showsAll_ = false;
};

} // namespace dinoscope
