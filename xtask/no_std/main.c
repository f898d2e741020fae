/* Runs a session of the static library: 0 when its message was accepted. */
int posthaste_session(void);

int main(void) { return posthaste_session(); }
