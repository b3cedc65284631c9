"""The verbs of ``pulso``, in the order of the quarter; what each of them needs is imported when it is called."""
