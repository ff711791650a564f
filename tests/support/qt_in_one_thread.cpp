// SPDX-License-Identifier: GPL-3.0-or-later
// For test programs under ThreadSanitizer. Debian's Qt is not instrumented, so the sanitizer does not see how Qt's own
// threads wait for each other and would report the library. The one place where Qt takes threads without being asked is
// QtGui's conversion and scaling of larger pictures: it hands stripes to the global pool, unless the caller is itself a
// thread of that pool. This definition, which the program's symbols put before QtCore's, says that every caller is one;
// Qt then works in the calling thread and the sanitizer watches the program's own threads alone.
#include <QThreadPool>

bool QThreadPool::contains(const QThread*) const { return true; }
