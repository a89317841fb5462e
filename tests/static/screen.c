// SPDX-License-Identifier: GPL-2.0-or-later
// A window with a list box, made with Debian's prebuilt newt and slang linked
// against musl as ddload is: tests/static/run looks at it through a terminal.
// Ends on F9 or Enter and says on its last line which, and which entry it was on.

#include <locale.h>
#include <newt.h>
#include <stdio.h>

int main(void)
{
	struct newtExitStruct reason;

	setlocale(LC_ALL, "");
	if (newtInit() < 0)
		return 1;
	newtCls();
	newtPushHelpLine("F9 ends");
	newtCenteredWindow(30, 8, "Probe window");
	newtComponent list = newtListbox(2, 1, 4, NEWT_FLAG_RETURNEXIT);
	newtListboxAppendEntry(list, "first", (void *)1);
	newtListboxAppendEntry(list,
			       "Gr\xc3\xbc\xc3\x9f"
			       "e",
			       (void *)2);
	newtListboxAppendEntry(list, "third", (void *)3);
	newtComponent form = newtForm(NULL, NULL, 0);
	newtFormAddHotKey(form, NEWT_KEY_F9);
	newtFormAddComponent(form, list);
	newtFormRun(form, &reason);
	long entry = (long)newtListboxGetCurrent(list);
	newtFormDestroy(form);
	newtFinished();
	printf("ended by %s on %ld\n",
	       reason.reason == NEWT_EXIT_HOTKEY && reason.u.key == NEWT_KEY_F9 ? "F9" :
	       reason.reason == NEWT_EXIT_COMPONENT                             ? "Enter" :
										  "something else",
	       entry);
	return 0;
}
