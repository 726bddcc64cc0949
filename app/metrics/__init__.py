"""The service in figures, as Prometheus reads them. Changes nothing that it looks at.

recorder   what is counted and timed while it happens
readings   what is read off when somebody asks: queues, caches, generations, jobs
exposition both as text
"""
