'''
Which systems speak with each other
'''
BRIDGES = {
    'REGION': [
            {'SYSTEM': 'MASTER-1', 'TS': 2, 'TGID': 262, 'ACTIVE': True, 'TIMEOUT': 2, 'TO_TYPE': 'NONE', 'ON': [], 'OFF': [], 'RESET': []},
        ]
}
UNIT = ['MASTER-1']
