"""Where student code runs: in this process or in an isolated one, behind the same handle.

``values``   what may cross by value, and its strict format
``outcomes`` how a call can end badly
``session``  executes requests next to the student's module (in either place)
``local``    the session in this process;  ``isolated``  the session in a sandboxed process
``handle``   what a test holds instead of the module
"""
